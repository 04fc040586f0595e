import { within } from '../shared/within.ts';

/** Resolves once `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Settles like `promise`, but rejects after `timeoutMs` or once `signal` is aborted. */
export function withTimeout<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Value> {
  return within(promise, timeoutMs, signal, (_, reject) =>
    reject(new Error(`no answer within ${timeoutMs} ms`)),
  );
}
