import { describe, expect, it } from 'vitest';
import { prefixEnd } from '../../../src/feed-server/store/search-users.ts';

const ends: readonly (readonly [prefix: string, end: string | null])[] = [
  ['a', 'b'],
  ['ab', 'ac'],
  ['', null],
  ['\ud7ff', '\ue000'],
  ['\uffff', '\u{10000}'],
  ['😀', '😁'],
  ['a\u{10ffff}', 'b'],
  ['a\u{10ffff}\u{10ffff}', 'b'],
  ['\u{10ffff}', null],
];

describe('prefixEnd', () => {
  it.each(ends)('of %j is %j', (prefix, end) => {
    expect(prefixEnd(prefix)).toBe(end);
  });
});
