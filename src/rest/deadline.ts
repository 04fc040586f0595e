import { PostedError } from '../errors.ts';

/**
 * Waits for `work` as long as `timeoutMs`. What comes of it later is dropped: nobody is there to be told.
 *
 * @throws PostedError `unavailable` when the time is over
 */
export async function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new PostedError('unavailable', 'The server did not finish in time.')),
    timeoutMs,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
