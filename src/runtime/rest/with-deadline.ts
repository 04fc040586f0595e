import { PostedError } from '../shared/errors.ts';

/**
 * Waits for `work` until the deadline, and then calls `abort`. A later result is dropped.
 *
 * @throws PostedError `unavailable` at the deadline, or PostedError.from() of what `work` rejects with
 */
export function withDeadline<T>(
  work: Promise<T>,
  timeoutMs: number,
  abort: (reason: PostedError) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const reason = new PostedError('unavailable', 'The server did not finish in time.');
      reject(reason);
      abort(reason);
    }, timeoutMs);
    work.then(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      (thrown: unknown) => {
        clearTimeout(timer);
        reject(PostedError.from(thrown));
      },
    );
  });
}
