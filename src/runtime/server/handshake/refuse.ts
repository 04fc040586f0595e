import { type ErrorCode, PostedError, type PostedErrorOptions } from '../../shared/errors.ts';
import type { Refuse } from '../handlers.ts';

/** The functions that `accept` gets to refuse a handshake. */
export const refuse: Refuse = {
  invalidRequest: refusing('invalid_request', 'The request is not valid.'),
  unauthorized: refusing('unauthorized', 'The credentials are not valid.'),
  forbidden: refusing('forbidden', 'This connection is not allowed.'),
  notFound: refusing('not_found', 'There is nothing at this address.'),
  tooManyRequests: refusing('too_many_requests', 'Too many connections. Try again later.'),
  unavailable: refusing('unavailable', 'The server cannot accept this connection now. Try again later.'),
};

function refusing(code: ErrorCode, defaultMessage: string) {
  return (message = defaultMessage, options: PostedErrorOptions = {}): never => {
    throw new PostedError(code, message, options);
  };
}
