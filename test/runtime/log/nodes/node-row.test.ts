import { describe, expect, it } from 'vitest';
import { describeDifferences, type NodeRow, shareKey } from '../../../../src/runtime/log/nodes/node-row.ts';

const rowOf = (settings: object, keys: readonly string[] = []): NodeRow => ({
  id: 'b',
  address: 'host:1',
  version: '0.2.0',
  settings: JSON.stringify(settings),
  keys: JSON.stringify(keys),
  silent_ms: 0,
});

describe('another node', () => {
  it('differs in settings of which only one knows or that have other values, in order of their names', () => {
    const settings = { SCHEMA: '2', AUDIENCE: 'friends', SAME: 'x' };
    expect(describeDifferences(settings, rowOf(settings))).toEqual([]);
    expect(describeDifferences(settings, rowOf({ AUDIENCE: 'everyone', SAME: 'x', NEW: '1' }))).toEqual([
      'AUDIENCE is "friends" here and "everyone" there',
      'NEW is unknown here and "1" there',
      'SCHEMA is "2" here and unknown there',
    ]);
  });

  it.each([
    [['a'], ['a'], true],
    [['a', 'b'], ['c', 'b'], true],
    [['a'], ['b'], false],
    [[], ['b'], true],
    [['a'], [], true],
    [[], [], true],
  ])('with the keys %j and %j accepts the same tokens: %s', (keys, theirs, shares) => {
    expect(shareKey(keys, rowOf({}, theirs))).toBe(shares);
  });
});
