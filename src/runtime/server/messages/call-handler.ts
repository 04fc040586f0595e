/**
 * Calls a handler whose result nobody waits for. What it throws, or rejects with (TypeScript's `void` allows an async
 * function), goes to `onFailure` and never further: a handler's mistake must not end the process.
 */
export function callHandler(call: () => unknown, onFailure: (thrown: unknown) => void): void {
  try {
    const returned = call();
    if (returned instanceof Promise) returned.catch(onFailure);
  } catch (thrown) {
    onFailure(thrown);
  }
}
