import { DatabaseError } from 'pg';
import { errorCode, PostedError } from '../../shared/errors.ts';
import { outcomeUnknown } from '../outcome-unknown.ts';

/*
 * SQLSTATEs, https://www.postgresql.org/docs/current/errcodes-appendix.html
 */

/** Connection failure, insufficient resources, or a server that is starting or stopping. */
const unreachableStates = /^(?:08...|53...|57P0[1-5])$/;

/** A statement or lock timeout, a deadlock, or a standby that is not promoted yet. */
const transientStates = /^(?:57014|55P03|40001|40P01|25006|25P03)$/;

/** The error of a standby for `begin read write`. */
const standbyMessage = /read-write mode during recovery/;

/** Of a prepared statement after a migration has changed the types of its result. */
const stalePlanMessage = /cached plan must not change result type/;

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
  if (isPoolExhausted(thrown)) return false;
  if (thrown instanceof DatabaseError) return unreachableStates.test(thrown.code ?? '');
  if (unreachableCodes.has(errorCode(thrown))) return true;
  // pg's own errors for a broken connection or a timeout have no code.
  return thrown instanceof Error && /\b(?:terminated|timeout|not queryable)\b/.test(thrown.message);
}

/** Whether the server, or a pooler such as PgBouncer, refused a connection because it has too many. */
export function hasTooManyConnections(thrown: unknown): boolean {
  if (!(thrown instanceof DatabaseError)) return false;
  // PgBouncer gives its refusals the SQLSTATE of a protocol violation.
  return (
    thrown.code === '53300' || (thrown.code === '08P01' && /no more connections allowed/.test(thrown.message))
  );
}

/** Whether all connections of our own pool stayed busy for too long, which says nothing about the server. */
function isPoolExhausted(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message === 'timeout exceeded when trying to connect';
}

/** Whether a prepared statement can no longer be run in its session, but in a new one. */
export function isStalePlan({ code, message }: DatabaseError): boolean {
  return code === '0A000' && stalePlanMessage.test(message);
}

/** Whether a prepared statement was missing, or was there unexpectedly: the session is shared. */
export function isForeignSession({ code }: DatabaseError): boolean {
  return code === '26000' || code === '42P05';
}

/** Whether the statement was never sent, because its connection was known to be broken. */
export function wasNeverSent(thrown: unknown): boolean {
  return thrown instanceof Error && /\bnot queryable\b/.test(thrown.message);
}

/**
 * Translates what the driver threw for the rest of the program: PostedError `unavailable` if a retry may succeed. Only
 * the message is kept, since the details of a DatabaseError quote values of rows, and connection errors carry the
 * client with its password.
 */
export function translate(thrown: unknown): Error {
  const isDriverError = thrown instanceof DatabaseError || isUnreachable(thrown) || isPoolExhausted(thrown);
  if (thrown instanceof Error && !isDriverError) return thrown;
  const cause = new Error(describe(thrown));
  const isTransient =
    thrown instanceof DatabaseError &&
    (transientStates.test(thrown.code ?? '') ||
      isStalePlan(thrown) ||
      isForeignSession(thrown) ||
      (thrown.code === '0A000' && standbyMessage.test(thrown.message)));
  if (!isTransient && !isUnreachable(thrown) && !isPoolExhausted(thrown)) return cause;
  return new PostedError('unavailable', 'The database is unavailable. Try again later.', {
    cause,
    retryAfterMs: 1000,
  });
}

/** Whether the server itself refused to commit, a deferred constraint for example, and has rolled back. */
export function isRollback(thrown: unknown): boolean {
  return thrown instanceof DatabaseError && !isUnreachable(thrown) && !/^(?:XX|58)/.test(thrown.code ?? '');
}

/** The answer of the database to a commit was lost. */
export function lostAnswer(thrown: unknown): PostedError {
  return outcomeUnknown(new Error(describe(thrown)));
}

/** The message of PostgreSQL or the network: it names users, tables and hosts, but contains no values or passwords. */
export function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // The AggregateError for a host name with several addresses has an empty message.
  const text = thrown.message === '' ? errorCode(thrown) : thrown.message;
  const state = thrown instanceof DatabaseError ? thrown.code : undefined;
  return state === undefined ? text : `${text} (SQLSTATE ${state})`;
}
