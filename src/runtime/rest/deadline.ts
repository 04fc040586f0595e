import { PostedError } from '../shared/errors.ts';

/**
 * Waits for `work` as long as `timeoutMs`. What comes of it later is dropped: nobody is there to be told.
 *
 * @throws PostedError `unavailable` when the time is over, and one of whatever `work` rejects with
 */
export function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new PostedError('unavailable', 'The server did not finish in time.')),
      timeoutMs,
    );
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
