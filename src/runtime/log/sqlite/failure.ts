import { PostedError } from '../../shared/errors.ts';
import type { Failure } from './protocol.ts';
import { describeError, isDiskFull } from './sqlite-errors.ts';

const fullRetryAfterMs = 5000;

export const diskFull: Failure = {
  code: 'unavailable',
  message: 'The disk of the server is full. Try again later.',
  retryAfterMs: fullRetryAfterMs,
};

/** An error in the form in which it is sent to another thread. */
export function toFailure(error: unknown): Failure {
  if (isDiskFull(error)) return diskFull;
  if (error instanceof PostedError) {
    const { code, message, retryAfterMs } = error;
    if (code === 'unavailable' || code === 'outcome_unknown' || code === 'idempotency_key_reused')
      return { code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  return { message: describeError(error) };
}

export function toError({ code, message, retryAfterMs }: Failure): Error {
  if (code === undefined) return new Error(message);
  return new PostedError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
}
