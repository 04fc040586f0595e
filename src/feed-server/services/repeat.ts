/**
 * Does some work now and then again and again, after each interval, one at a time. The work must not reject. Returns how
 * to stop, which waits for the work that has begun.
 */
export function repeat(work: () => Promise<void>, intervalMs: number): () => Promise<void> {
  let working: Promise<void> = work();
  const timer = setInterval(() => {
    working = working.then(work);
  }, intervalMs);
  timer.unref();

  return async () => {
    clearInterval(timer);
    await working;
  };
}
