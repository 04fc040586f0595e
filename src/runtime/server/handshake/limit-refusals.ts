import { type ErrorCode, PostedError } from '../../shared/errors.ts';
import type { ExceededLimit } from './connection-limits.ts';
import { Refusal } from './refusal.ts';

/** Refuses a handshake that would exceed a limit of the server. */
export function refuseAtLimit(limit: ExceededLimit | 'user_limit'): Refusal {
  const { code, message, retryAfterMs } = refusals[limit];
  return new Refusal(
    limit,
    new PostedError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs }),
  );
}

interface LimitRefusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** Absent if the client has to do something first. */
  readonly retryAfterMs?: number;
}

const refusals: Readonly<Record<ExceededLimit | 'user_limit', LimitRefusal>> = {
  capacity: {
    code: 'unavailable',
    message: 'The server has reached its connection limit. Try again later.',
    retryAfterMs: 5000,
  },
  pending_limit: {
    code: 'unavailable',
    message: 'The server has reached its limit of handshakes in progress. Try again later.',
    retryAfterMs: 1000,
  },
  address_pending_limit: {
    code: 'too_many_requests',
    message: 'This address has reached the limit of handshakes in progress. Try again later.',
    retryAfterMs: 1000,
  },
  address_limit: {
    code: 'too_many_requests',
    message: 'This address has reached the connection limit. Close a connection first.',
    retryAfterMs: 5000,
  },
  user_limit: {
    code: 'too_many_requests',
    message: 'This user has reached the connection limit. Close a connection first.',
  },
};
