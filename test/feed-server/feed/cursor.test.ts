import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../../src/feed-server/feed/cursor.ts';

describe('a cursor', () => {
  it.each([0, 1, 2 ** 32, 2 ** 48 - 1])('decodes to its epoch and seq %d', (seq) => {
    const cursor = { epoch: '7b1f0f54-65a7-4c1e-9a36-0c5c1f3f8a11', seq };
    const text = encodeCursor(cursor);
    expect(text).toMatch(/^[\w-]{30}$/);
    expect(decodeCursor(text)).toEqual(cursor);
  });

  it.each(['', 'now', 'x'.repeat(29), 'x'.repeat(31), `${'x'.repeat(29)}=`])(
    'is rejected if it is %j',
    (text) => {
      expect(decodeCursor(text)).toBeNull();
    },
  );
});
