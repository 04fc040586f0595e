import { describe, expect, it } from 'vitest';
import { decodeBearerProtocol, encodeBearerProtocol, subprotocol } from '../../src/contract/subprotocol.ts';

describe('a bearer token among the subprotocols', () => {
  it.each(['a', 'ab', 'abc', 'eyJhbGciOiJIUzI1NiJ9.e30.x-_', '~~~???>>>'])(
    'survives the way: %s',
    (token) => {
      const name = encodeBearerProtocol(token);
      expect(name).toMatch(/^base64url\.bearer\.posted\.[A-Za-z0-9_-]+$/);
      expect(Buffer.from(name.slice('base64url.bearer.posted.'.length), 'base64url').toString()).toBe(token);
      expect(decodeBearerProtocol(`${subprotocol}, ${name}`)).toBe(token);
      expect(decodeBearerProtocol(`${name},${subprotocol}`)).toBe(token);
    },
  );

  it.each([
    undefined,
    '',
    'posted.v1',
    'base64url.bearer.posted.',
    'base64url.bearer.posted.a',
    'base64url.bearer.posted.a+b/',
    'base64url.bearer.posted.YQ==',
    'xbase64url.bearer.posted.YQ',
    'base64url.bearer.other.YQ',
  ])('is none in %j', (offered) => {
    expect(decodeBearerProtocol(offered)).toBeNull();
  });
});
