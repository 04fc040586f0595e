import { describe, expect, it } from 'vitest';
import { compileAddress, splitTarget } from '../../../src/runtime/server/handshake/address.ts';

describe('compileAddress', () => {
  const cases: readonly (readonly [string, string, object | 'no match' | 'malformed'])[] = [
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
    ['/{a}-{b}', '/x--y', { a: 'x-', b: 'y' }],
    ['/{a}-{b}-{c}', '/1-2-3-4', { a: '1-2', b: '3', c: '4' }],
    ['/{a}--{b}', '/---x', { a: '-', b: 'x' }],
    ['/{a}--{b}', '/--x', 'no match'],
    ['/v{a}.json', '/v.json', 'no match'],
    ['/{a}a', '/a', 'no match'],
    ['/a+b(c)', '/a+b(c)', {}],
    ['/a+b(c)', '/aab(c)', 'no match'],
    ['/', '/', {}],
  ];
  it.each(cases)('matches %s against %s', (address, path, expected) => {
    const match = compileAddress(address, [])(path);
    expect(typeof match === 'string' ? match : { ...match.parameters }).toEqual(expected);
  });

  it('matches and rejects a path of 100,000 dashes in linear time', () => {
    const match = compileAddress('/{a}-{b}-{c}-{d}.json', []);
    const dashes = '-'.repeat(100_000);
    expect(match(`/${dashes}`)).toBe('no match');
    const matched = match(`/${dashes}.json`);
    const values = typeof matched === 'object' ? Object.values(matched.parameters) : [];
    expect(values.map(({ length }) => length).toSorted((one, other) => one - other)).toEqual([
      1, 1, 1, 99_994,
    ]);
  });

  const anyValue = { values: [], default: undefined };
  const versions = { values: ['v1', 'v 2'], default: 'v1' };
  const servers = [
    { pathname: '/api/{version}', variables: { version: versions } },
    { pathname: '/{tenant}-live', variables: { tenant: anyValue } },
    { pathname: '', variables: {} },
  ];
  const behindServers: readonly (readonly [string, object | 'no match' | 'malformed'])[] = [
    ['/api/v1/rooms/7', { variables: { version: 'v1' }, parameters: { version: '7' } }],
    ['/api/v%202/rooms/7', { variables: { version: 'v 2' }, parameters: { version: '7' } }],
    ['/api/v3/rooms/7', 'no match'],
    ['/api/rooms/7', 'no match'],
    ['/acme-live/rooms/7', { variables: { tenant: 'acme' }, parameters: { version: '7' } }],
    ['/ac%2Fme-live/rooms/7', { variables: { tenant: 'ac/me' }, parameters: { version: '7' } }],
    ['/-live/rooms/7', 'no match'],
    ['/%FF-live/rooms/7', 'malformed'],
    ['/rooms/7', { variables: {}, parameters: { version: '7' } }],
  ];
  it.each(behindServers)('matches after the pathname of any server: %s', (path, expected) => {
    const match = compileAddress('/rooms/{version}', servers)(path);
    expect(
      typeof match === 'string'
        ? match
        : { variables: { ...match.variables }, parameters: { ...match.parameters } },
    ).toEqual(expected);
  });

  it.each([
    ['/v1', {}],
    ['/v1/', {}],
    ['/eu/v2', { region: 'eu' }],
    ['/eu/v2/', { region: 'eu' }],
    ['/', 'no match'],
    ['/v1//', 'no match'],
  ])('matches the root below a pathname with and without the slash: %s', (path, expected) => {
    const region = { pathname: '/{region}/v2', variables: { region: anyValue } };
    const match = compileAddress('/', [{ pathname: '/v1', variables: {} }, region])(path);
    expect(typeof match === 'string' ? match : { ...match.variables }).toEqual(expected);
  });
});

describe('splitTarget', () => {
  it.each([
    ['/a/b?c=d', '/a/b', 'c=d'],
    ['/a', '/a', ''],
    ['/a?b?c', '/a', 'b?c'],
    ['http://example.com/a?b=c', '/a', 'b=c'],
    ['//example.com/a', '//example.com/a', ''],
  ])('splits %s into path and query', (target, path, query) => {
    expect(splitTarget(target)).toEqual({ path, query });
  });
});
