/**
 * Limits how long something is awaited.
 *
 * @throws Error that names what did not happen
 */
export async function within<Value>(limitMs: number, what: string, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${limitMs / 1000} s`)), limitMs);
  });
  return await Promise.race([promise, timeUp]).finally(() => clearTimeout(timer));
}
