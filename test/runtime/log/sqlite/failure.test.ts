import { describe, expect, it } from 'vitest';
import { DiskWatch } from '../../../../src/runtime/log/sqlite/disk-watch.ts';
import { toError, toFailure } from '../../../../src/runtime/log/sqlite/failure.ts';
import type { DiskState } from '../../../../src/runtime/log/sqlite/protocol.ts';
import {
  describeError,
  isBusy,
  isDamaged,
  isDiskFull,
  isIoError,
} from '../../../../src/runtime/log/sqlite/sqlite-errors.ts';
import { PostedError } from '../../../../src/runtime/shared/errors.ts';

/** An error of SQLite, by its extended result code. */
const sqliteError = (errcode: unknown): Error => Object.assign(new Error('failed'), { errcode });

const cross = (error: unknown): Error => toError(structuredClone(toFailure(error)));

describe('an error of SQLite', () => {
  it.each([
    ['busy', 5],
    ['busy', 517],
    ['an I/O error', 10],
    ['an I/O error', 1034],
    ['damage', 11],
    ['damage', 267],
    ['damage', 26],
    ['a full disk', 13],
    ['a full disk', 4874],
    ['none of these', 19],
    ['none of these', 2067],
    ['none of these', undefined],
    ['none of these', '13'],
  ])('is recognized as %s by its code %s', (kind, code) => {
    const error = sqliteError(code);
    const kinds = { busy: isBusy, 'an I/O error': isIoError, damage: isDamaged, 'a full disk': isDiskFull };
    const found = Object.entries(kinds).filter(([, is]) => is(error));
    expect(found.map(([name]) => name)).toEqual(kind === 'none of these' ? [] : [kind]);
  });

  it('must be an Error with a code', () => {
    for (const thrown of [{ errcode: 13 }, null, 'full', new Error('database or disk is full')]) {
      expect([isBusy, isIoError, isDamaged, isDiskFull].some((is) => is(thrown))).toBe(false);
    }
  });

  it('is described by its message and code', () => {
    expect(describeError(sqliteError(1034))).toBe('failed (SQLite 1034)');
    expect(describeError(new Error('failed'))).toBe('failed');
    expect(describeError(null)).toBe('null');
    expect(describeError({ errcode: 5 })).toBe('[object Object]');
  });
});

describe('a failure that crosses threads', () => {
  it('has the code and the time to retry of an error that a caller may see', () => {
    expect(cross(new PostedError('unavailable', 'later', { retryAfterMs: 7 }))).toMatchObject({
      code: 'unavailable',
      message: 'later',
      retryAfterMs: 7,
    });
    const reused = cross(new PostedError('idempotency_key_reused', 'used'));
    expect(reused).toMatchObject({ code: 'idempotency_key_reused', message: 'used' });
    expect(reused).toBeInstanceOf(PostedError);
    expect((reused as PostedError).retryAfterMs).toBeUndefined();
  });

  it('is unavailable with a time to retry on a full disk', () => {
    expect(cross(sqliteError(13))).toMatchObject({
      code: 'unavailable',
      message: 'The disk of the server is full. Try again later.',
      retryAfterMs: 5000,
    });
  });

  it('is internal for any other error', () => {
    for (const error of [sqliteError(19), new PostedError('internal', 'failed'), new TypeError('failed')]) {
      const crossed = cross(error);
      expect(crossed).not.toBeInstanceOf(PostedError);
      expect(crossed.message).toBe(describeError(error));
    }
  });
});

describe('the watch of a disk', () => {
  it('reports when the disk becomes full, and when it can be written again', () => {
    const states: DiskState[] = [];
    const disk = new DiskWatch((state) => void states.push(state));
    disk.wrote();
    disk.failed(sqliteError(19));
    expect(states).toEqual([]);
    for (const code of [13, 4874]) disk.failed(sqliteError(code));
    disk.failed(sqliteError(19));
    expect(states).toEqual(['full']);
    disk.wrote();
    disk.wrote();
    expect(states).toEqual(['full', 'writable']);
  });
});
