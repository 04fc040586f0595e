import { PostedError } from '../shared/errors.ts';

/** @throws PostedError `unavailable` if the work of a transaction, which its caller then rolls back, takes longer */
export async function withTransactionTimeout<Result>(
  timeoutMs: number,
  work: Promise<Result>,
): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(
      new PostedError(
        'unavailable',
        `The transaction took longer than ${timeoutMs / 1000} s and was rolled back.`,
      ),
    );
  }, timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
