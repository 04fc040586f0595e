import { describe, expect, it } from 'vitest';
import { decodeCursor, decodedCursor, encodeCursor } from '../../../src/runtime/log/cursor.ts';

const epoch = '01234567-89ab-4cde-8f01-23456789abcd';
const other = '01234567-89ab-4cde-8f00-23456789abcd';

describe('a cursor', () => {
  it('never changes its form, because clients keep it', () => {
    expect(encodeCursor(epoch, { seq: 0, mark: 0 })).toBe('ASNFZ4mrTN6PASNFZ4mrzQAAAAAAAA');
    expect(encodeCursor(epoch, { seq: 2 ** 48 - 1, mark: 0x1234_5678 })).toBe(
      'ASNFZ4mrTN6PASNFdb39tf_______w',
    );
  });

  it.each([
    { seq: 0, mark: 0 },
    { seq: 1, mark: 2 ** 31 },
    { seq: 2 ** 48 - 1, mark: 2 ** 32 - 1 },
  ])('is decoded to its position, and belongs to its epoch only: %j', ({ seq, mark }) => {
    const decoded = decodeCursor(encodeCursor(epoch, { seq, mark }));
    expect([decoded?.seq, decoded?.markIn(epoch), decoded?.markIn(other)]).toEqual([seq, mark, null]);
  });

  it('that was stored in parts is like one that was received', () => {
    const decoded = decodedCursor({ epoch, seq: 5, mark: 7 });
    expect([decoded.seq, decoded.markIn(epoch), decoded.markIn(other)]).toEqual([5, 7, null]);
  });

  it.each([
    ['', 'nothing'],
    ['ASNFZ4mrTN6PASNFZ4mrzQAAAAAAA', '29 characters'],
    ['ASNFZ4mrTN6PASNFZ4mrzQAAAAAAAAA', '31 characters'],
    ['ASNFZ4mrTN6PASNFZ4mrzQAAAAAAA=', 'padding'],
    ['ASNFZ4mrTN6PASNFZ4mrz+AAAAAAAA', 'base64 that is not base64url'],
    ['ASNFZ4mrTN6PASNFZ4mrzQAAAAAAAA\n', 'a line break'],
  ])('is not %j (%s)', (text) => {
    expect(decodeCursor(text)).toBeNull();
  });
});
