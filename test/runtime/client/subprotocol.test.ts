import { describe, expect, it } from 'vitest';
import {
  decodeApiKeyProtocol,
  decodeBasicProtocol,
  decodeBearerProtocol,
  encodeApiKeyProtocol,
  encodeBasicProtocol,
  encodeBearerProtocol,
  subprotocol,
} from '../../../src/runtime/shared/subprotocol.ts';

describe('a bearer token as a subprotocol', () => {
  it.each(['a', 'ab', 'abc', 'eyJhbGciOiJIUzI1NiJ9.e30.x-_', '~~~???>>>'])(
    'survives encoding and decoding: %s',
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
  ])('is not found in %j', (offered) => {
    expect(decodeBearerProtocol(offered)).toBeNull();
  });
});

describe('a user name and a password as a subprotocol', () => {
  it.each([
    { username: 'Ada', password: 'analytical: engine' },
    { username: 'Ünï', password: '🂡' },
    { username: '', password: '' },
  ])('survive encoding and decoding: %j', (credentials) => {
    const name = encodeBasicProtocol(credentials);
    expect(name).toMatch(/^base64url\.basic\.posted\.[A-Za-z0-9_-]+$/);
    expect(decodeBasicProtocol(`${subprotocol}, ${name}`)).toEqual(credentials);
    expect(decodeBearerProtocol(name)).toBeNull();
  });

  it.each([undefined, '', 'base64url.basic.posted.YQ', 'base64url.basic.posted._w'])(
    'are not found in %j',
    (offered) => {
      expect(decodeBasicProtocol(offered)).toBeNull();
    },
  );
});

describe('an API key as a subprotocol', () => {
  it('survives encoding and decoding beside another one', () => {
    const offered = [encodeApiKeyProtocol('X-Api-Key', 'k:1'), encodeApiKeyProtocol('X-Admin', 'a')].join(
      ', ',
    );
    expect(offered).toMatch(/^base64url\.apikey\.posted\.[A-Za-z0-9_-]+, /);
    expect(decodeApiKeyProtocol(offered, 'x-api-key')).toBe('k:1');
    expect(decodeApiKeyProtocol(offered, 'X-Admin')).toBe('a');
    expect(decodeApiKeyProtocol(offered, 'X-Api')).toBeNull();
  });
});
