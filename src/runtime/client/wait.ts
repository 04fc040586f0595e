/** Resolves once `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Waits, or less if `signal` is aborted before. */
export async function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  const awake = new AbortController();
  const timer = setTimeout(() => awake.abort(), delayMs);
  await aborted(AbortSignal.any([signal, awake.signal]));
  clearTimeout(timer);
}

/** What `promise` settles to, or a rejection once the time is up or `signal` is aborted. */
export async function within<Value>(
  promise: Promise<Value>,
  limitMs: number,
  signal: AbortSignal,
): Promise<Value> {
  const settled = new AbortController();
  const timeUp = sleep(limitMs, AbortSignal.any([signal, settled.signal])).then(() => {
    throw new Error(`no answer in ${limitMs} ms`);
  });
  try {
    return await Promise.race([promise, timeUp]);
  } finally {
    settled.abort();
  }
}
