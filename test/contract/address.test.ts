import { describe, expect, it } from 'vitest';
import { compileAddress, splitTarget } from '../../src/contract/address.ts';

describe('compileAddress', () => {
  const cases: readonly (readonly [string, string, ReturnType<ReturnType<typeof compileAddress>>])[] = [
    ['/post/feed/posted', '/post/feed/posted', {}],
    ['/post/feed/posted', '/post/feed/posted/', 'no match'],
    ['/post/feed/posted', '/post/feed', 'no match'],
    ['/post/feed/posted', '/post/feed/%70osted', {}],
    ['/rooms/{roomId}/talk', '/rooms/kitchen/talk', { roomId: 'kitchen' }],
    ['/rooms/{roomId}/talk', '/rooms//talk', 'no match'],
    ['/rooms/{roomId}/talk', '/rooms/a%20b%2Fc/talk', { roomId: 'a b/c' }],
    ['/rooms/{roomId}/talk', '/rooms/a/b/talk', 'no match'],
    ['/rooms/{roomId}/talk', '/rooms/%C3%A9t%C3%A9/talk', { roomId: 'été' }],
    ['/rooms/{roomId}/talk', '/rooms/%E0%A4%A/talk', 'malformed'],
    ['/rooms/{roomId}/talk', '/rooms/%FF/talk', 'malformed'],
    ['/rooms/{roomId}/talk', '/rooms/__proto__/talk', { roomId: '__proto__' }],
    ['/{a}/{b}', '/x/y', { a: 'x', b: 'y' }],
    ['/files/{name}.{type}', '/files/report.v2.pdf', { name: 'report.v2', type: 'pdf' }],
    ['/a+b(c)', '/a+b(c)', {}],
    ['/a+b(c)', '/aab(c)', 'no match'],
  ];
  it.each(cases)('holds %s against %s', (address, path, expected) => {
    const match = compileAddress(address)(path);
    expect(typeof match === 'string' ? match : { ...match }).toEqual(expected);
  });
});

describe('splitTarget', () => {
  it.each([
    ['/a/b?c=d', '/a/b', 'c=d'],
    ['/a', '/a', ''],
    ['/a?b?c', '/a', 'b?c'],
    ['http://example.com/a?b=c', '/a', 'b=c'],
    ['//example.com/a', '//example.com/a', ''],
  ])('splits %s', (target, path, query) => {
    expect(splitTarget(target)).toEqual({ path, query });
  });
});
