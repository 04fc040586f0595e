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
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    };
    const giveUp = () => {
      settle();
      reject(new Error(`no answer within ${timeoutMs} ms`));
    };
    const timer = setTimeout(giveUp, timeoutMs);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    promise.finally(settle).then(resolve, reject);
  });
}
