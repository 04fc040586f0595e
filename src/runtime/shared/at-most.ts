/** Resolves when the promise is settled, either way, or after `timeoutMs`. */
export async function atMost(timeoutMs: number, settled: Promise<unknown>): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, timeoutMs);
  await Promise.race([settled.catch(() => {}), timer.promise]);
  clearTimeout(timeout);
}
