import { DatabaseError } from 'pg';
import { errorCode } from 'posted/node';
import { PostedError } from 'posted/server';

/*
 * SQLSTATEs, https://www.postgresql.org/docs/current/errcodes-appendix.html
 */

/** Connection failure, insufficient resources, or a server that is starting or stopping. */
const unreachableStates = /^(?:08...|53...|57P0[1-5])$/;

/** A statement or lock timeout, a deadlock, or a standby that is not promoted yet. */
const transientStates = /^(?:57014|55P03|40001|40P01|25006|25P03)$/;

/** Node.js error codes for a server that cannot be reached or closed the connection. */
const unreachableCodes = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Whether the server could not be reached, or the connection was lost before the response. */
export function isUnreachable(thrown: unknown): boolean {
  if (thrown instanceof DatabaseError) return unreachableStates.test(thrown.code ?? '');
  if (unreachableCodes.has(errorCode(thrown))) return true;
  // pg's own errors for a broken connection or a timeout have no code.
  return thrown instanceof Error && /\b(?:terminated|timeout|not queryable)\b/.test(thrown.message);
}

/**
 * Translates what the driver threw for the rest of the program: PostedError `unavailable` if a retry may
 * succeed. Only the message is kept, since the details of a DatabaseError quote texts of posts, and
 * connection errors carry the client with its password.
 */
export function translate(thrown: unknown): Error {
  const isOurs = thrown instanceof Error && !(thrown instanceof DatabaseError) && !isUnreachable(thrown);
  if (isOurs) return thrown;
  const cause = new Error(describe(thrown));
  const isTransient = thrown instanceof DatabaseError && transientStates.test(thrown.code ?? '');
  if (!isTransient && !isUnreachable(thrown)) return cause;
  return new PostedError('unavailable', 'The database is unavailable. Try again later.', {
    cause,
    retryAfterMs: 1000,
  });
}

/** The message of PostgreSQL or the network: it names users, tables and hosts, but contains no values or passwords. */
export function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // The AggregateError for a host name with several addresses has an empty message.
  const text = thrown.message === '' ? errorCode(thrown) : thrown.message;
  const state = thrown instanceof DatabaseError ? thrown.code : undefined;
  return state === undefined ? text : `${text} (SQLSTATE ${state})`;
}
