import { PostedError } from '../shared/errors.ts';

/** The answer of the database to a commit was lost. `cause` must not contain values or passwords. */
export function outcomeUnknown(cause: Error): PostedError {
  return new PostedError(
    'outcome_unknown',
    'The answer of the database was lost, so this may have been done. Retry with the same Idempotency-Key; without one, check first.',
    { cause, retryAfterMs: 1000 },
  );
}
