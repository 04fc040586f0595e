import { DatabaseError } from 'pg';
import { describe, expect, it } from 'vitest';
import {
  describe as describeError,
  hasTooManyConnections,
  isRollback,
  isUnreachable,
  lostAnswer,
  translate,
  wasNeverSent,
} from '../../../../src/runtime/log/postgres/failures.ts';
import { PostedError } from '../../../../src/runtime/shared/errors.ts';

/** An error of the server. Its detail quotes a row. */
function serverError(code: string | undefined, message = 'refused'): DatabaseError {
  const error = new DatabaseError(message, 0, 'error');
  return Object.assign(error, { code, detail: 'Key (email)=(ada@example.org) already exists.' });
}

const networkError = (code: string, message = 'connect'): Error =>
  Object.assign(new Error(message), { code });
const poolExhausted = new Error('timeout exceeded when trying to connect');

describe('a failure of the database', () => {
  it.each([
    ...['08000', '08006', '53100', '53300', '57P01', '57P03', '57P05'].map((code) => serverError(code)),
    ...['EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT'].map((code) =>
      networkError(code),
    ),
    ...['ENOTFOUND', 'EPIPE', 'ETIMEDOUT'].map((code) => networkError(code)),
    new Error('Connection terminated unexpectedly'),
    new Error('Query read timeout'),
    new Error('Client has encountered a connection error and is not queryable'),
  ])('is temporary, and means that the server is out of reach: %s', (thrown) => {
    expect(isUnreachable(thrown)).toBe(true);
    expect(translate(thrown)).toMatchObject({ code: 'unavailable', retryAfterMs: 1000 });
    expect(isRollback(thrown)).toBe(false);
  });

  it.each([
    ...['57014', '55P03', '40001', '40P01', '25006', '25P03'].map((code) => serverError(code)),
    serverError('0A000', 'cannot set transaction read-write mode during recovery'),
    poolExhausted,
  ])('is temporary, although the server answers or was not asked: %s', (thrown) => {
    expect(isUnreachable(thrown)).toBe(false);
    expect(translate(thrown)).toMatchObject({ code: 'unavailable', retryAfterMs: 1000 });
  });

  it.each([
    ...['23505', '42P01', '57000', '57P06', '57P0', '1080060', '153300', '0A000', '140001', '400011'].map(
      (code) => serverError(code),
    ),
    serverError(undefined),
    serverError('0A001', 'cannot set transaction read-write mode during recovery'),
  ])('of a statement is permanent, and its details are not kept: %o', (thrown) => {
    expect(isUnreachable(thrown)).toBe(false);
    const translated = translate(thrown);
    expect([translated.constructor, translated.message]).toEqual([Error, describeError(thrown)]);
    expect(JSON.stringify(Object.entries(translated))).not.toContain('ada@');
    expect(isRollback(thrown)).toBe(true);
  });

  it('is kept as the cause of what is thrown, without its details', () => {
    const { cause } = translate(serverError('40001', 'could not serialize access'));
    expect(cause).toEqual(new Error('could not serialize access (SQLSTATE 40001)'));
    expect(Object.keys(cause as Error)).toEqual([]);
  });

  it.each(['XX000', 'XX001', '58030'])(
    'inside the server leaves the outcome of a commit open: %s',
    (code) => {
      expect(isRollback(serverError(code))).toBe(false);
    },
  );

  it('may be a refusal because of too many connections, of the server or of a pooler', () => {
    expect(hasTooManyConnections(serverError('53300'))).toBe(true);
    expect(hasTooManyConnections(serverError('08P01', 'no more connections allowed (max_client_conn)'))).toBe(
      true,
    );
    expect(hasTooManyConnections(serverError('08P01', 'protocol violation'))).toBe(false);
    expect(hasTooManyConnections(serverError('08000', 'no more connections allowed'))).toBe(false);
    expect(hasTooManyConnections(networkError('53300'))).toBe(false);
  });

  it('may have happened before a statement was sent', () => {
    expect(wasNeverSent(new Error('Client was closed and is not queryable'))).toBe(true);
    expect(wasNeverSent(new Error('Connection terminated'))).toBe(false);
    expect(wasNeverSent('not queryable')).toBe(false);
  });

  it('that is not of the driver is thrown as it is', () => {
    for (const thrown of [new TypeError('x is undefined'), new PostedError('invalid_request', 'no')]) {
      expect(translate(thrown)).toBe(thrown);
      expect([isUnreachable(thrown), isRollback(thrown)]).toEqual([false, false]);
    }
    expect(translate('a string')).toEqual(new Error('a string'));
    expect(isUnreachable('terminated')).toBe(false);
  });

  it('is described by its message, its state, or the code of the network', () => {
    expect(describeError(serverError('23505', 'duplicate key'))).toBe('duplicate key (SQLSTATE 23505)');
    expect(describeError(serverError(undefined, 'odd'))).toBe('odd');
    expect(describeError(networkError('ECONNREFUSED', ''))).toBe('ECONNREFUSED');
    expect(describeError(networkError('ECONNREFUSED', 'connect'))).toBe('connect');
    expect(describeError(null)).toBe('null');
  });

  it('while a commit is answered leaves its outcome unknown', () => {
    const lost = lostAnswer(serverError('57P01', 'terminating connection'));
    expect(lost).toMatchObject({
      code: 'outcome_unknown',
      cause: new Error('terminating connection (SQLSTATE 57P01)'),
    });
  });
});
