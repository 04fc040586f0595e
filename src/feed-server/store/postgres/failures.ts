import { DatabaseError } from 'pg';
import { errorCode } from 'posted/node';
import { PostedError } from 'posted/server';

/*
 * SQLSTATEs, https://www.postgresql.org/docs/current/errcodes-appendix.html
 */

/** The connection is lost, or there is no room for one, or the server starts or stops. */
const outOfReachStates = /^(?:08...|53...|57P0[1-5])$/;

/** A statement or a lock took too long, a deadlock, a standby that has not been promoted yet. */
const passingStates = /^(?:57014|55P03|40001|40P01|25006|25P03)$/;

/** Codes of Node.js for a server that is not there, or no longer. */
const outOfReachCodes = new Set([
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

/** Whether the server could not be reached, or was lost before it answered. */
export function isOutOfReach(thrown: unknown): boolean {
  if (thrown instanceof DatabaseError) return outOfReachStates.test(thrown.code ?? '');
  if (outOfReachCodes.has(errorCode(thrown))) return true;
  // What pg says when a connection breaks or takes too long has no code.
  return thrown instanceof Error && /\b(?:terminated|timeout|not queryable)\b/.test(thrown.message);
}

/**
 * What the driver threw as the rest of the program may know it: a PostedError `unavailable` for what may
 * go well later, unchanged. Only its text goes along: the details of a DatabaseError quote texts of
 * posts, and errors of connections carry the client, password and all.
 */
export function translate(thrown: unknown): Error {
  const isOurs = thrown instanceof Error && !(thrown instanceof DatabaseError) && !isOutOfReach(thrown);
  if (isOurs) return thrown;
  const cause = new Error(describe(thrown));
  const isPassing = thrown instanceof DatabaseError && passingStates.test(thrown.code ?? '');
  if (!isPassing && !isOutOfReach(thrown)) return cause;
  return new PostedError('unavailable', 'The database cannot answer now. Try again later.', {
    cause,
    retryAfterSeconds: 1,
  });
}

/** What PostgreSQL or the network says: it names users, tables and hosts, never a value or a password. */
export function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // Where a name has several addresses, the error that tells of all has no text of its own.
  const text = thrown.message === '' ? errorCode(thrown) : thrown.message;
  const state = thrown instanceof DatabaseError ? thrown.code : undefined;
  return state === undefined ? text : `${text} (SQLSTATE ${state})`;
}
