/** Resolves once `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Resolves after `delayMs`, or as soon as `signal` is aborted. */
export async function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  const elapsed = new AbortController();
  const timer = setTimeout(() => elapsed.abort(), delayMs);
  await aborted(AbortSignal.any([signal, elapsed.signal]));
  clearTimeout(timer);
}

/** Settles like `promise`, but rejects after `timeoutMs` or once `signal` is aborted. */
export async function withTimeout<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Value> {
  const settled = new AbortController();
  const timeout = sleep(timeoutMs, AbortSignal.any([signal, settled.signal])).then(() => {
    throw new Error(`no answer within ${timeoutMs} ms`);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    settled.abort();
  }
}
