import { PostedError } from '../shared/errors.ts';

export function logUnreadable(): PostedError {
  return new PostedError('unavailable', 'The log cannot be read right now. Try again later.', {
    retryAfterMs: 1000,
  });
}
