/**
 * Settles like `promise`, or as `late` decides after `limitMs`, or rejects with the reason of `signal` once that is
 * aborted. AbortSignal.any and AbortSignal.timeout are too new for some browsers.
 */
export function within<Value>(
  promise: Promise<Value>,
  limitMs: number,
  signal: AbortSignal | undefined,
  late: (resolve: (value: Value) => void, reject: (reason: unknown) => void) => void,
): Promise<Value> {
  return new Promise<Value>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const settleWith =
      <Settled>(settle: (value: Settled) => void) =>
      (value: Settled): void => {
        stop();
        settle(value);
      };
    const fail = settleWith(reject);
    const abort = (): void => fail(signal?.reason);
    const timer = setTimeout(() => late(settleWith(resolve), fail), limitMs);
    promise.then(settleWith(resolve), fail);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort);
  });
}

/** Resolves after `delayMs`, or rejects with the reason of `signal` once that is aborted. */
export function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return within(new Promise<void>(() => {}), delayMs, signal, (resolve) => resolve());
}
