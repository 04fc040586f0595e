import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parsePublicJwks, parseSecretJwks } from '../../../src/feed-server/auth/jwk-set.ts';
import { ecPair, ed25519Pair, publicJwk, rsaPair } from './forge.ts';

const rsa = rsaPair(2048);
const p256 = ecPair('P-256');

function setOf(...keys: readonly unknown[]): string {
  return JSON.stringify({ keys });
}

const secret = { kty: 'oct', kid: 'a', k: randomBytes(32).toString('base64url') };

describe('a set of public keys', () => {
  it('has RSA and P-256 keys, whose type determines the algorithm', () => {
    const text = setOf(
      { ...publicJwk(rsa), kid: 'r', use: 'sig', alg: 'RS256', x5c: ['ignored'] },
      { ...publicJwk(p256), kid: 'e', key_ops: ['verify'] },
    );
    const { keys, unused } = parsePublicJwks(text);
    expect(keys.map(({ kid, algorithm }) => [kid, algorithm])).toEqual([
      ['r', 'RS256'],
      ['e', 'ES256'],
    ]);
    expect(unused).toEqual([]);
  });

  it.each([
    ['a secret', secret, 'only kty RSA and EC are supported'],
    ['an Ed25519 key', publicJwk(ed25519Pair()), 'only kty RSA and EC are supported'],
    [
      'a private key',
      p256.privateKey.export({ format: 'jwk' }),
      'it is a private key, which only the issuer may have',
    ],
    ['RSA of 1024 bits', publicJwk(rsaPair(1024)), 'the RSA key has only 1024 bits'],
    ['RSA with the exponent 1', { ...publicJwk(rsa), e: 'AQ' }, 'the exponent of the RSA key is too small'],
    ['P-384', publicJwk(ecPair('P-384')), 'unsupported key type secp384r1'],
    ['a point that is not on the curve', { ...publicJwk(p256), x: publicJwk(p256).y }, 'the key is damaged'],
    ['a key without its numbers', { kty: 'RSA' }, 'the key is damaged'],
    ['a key for encryption', { ...publicJwk(rsa), use: 'enc' }, 'its use is not sig'],
    [
      'a key for other operations',
      { ...publicJwk(rsa), key_ops: ['encrypt'] },
      'its key_ops do not include verify',
    ],
    ['another algorithm', { ...publicJwk(rsa), alg: 'PS256' }, 'its alg must be RS256'],
    ['HS256 for a public key', { ...publicJwk(rsa), alg: 'HS256' }, 'its alg must be RS256'],
    ['alg none', { ...publicJwk(rsa), alg: 'none' }, 'its alg must be RS256'],
    ['a kid that is not text', { ...publicJwk(rsa), kid: 1 }, 'its kid must have 1 to 256 characters'],
    ['a kid that occurs twice', { ...publicJwk(rsa), kid: 'good' }, 'an earlier key has the same kid'],
  ])('leaves out %s, and says why', (_, jwk, reason) => {
    const { keys, unused } = parsePublicJwks(setOf({ ...publicJwk(p256), kid: 'good' }, jwk));
    expect(keys.map(({ kid }) => kid)).toEqual(['good']);
    expect(unused).toEqual([`key 2: ${reason}`]);
  });

  it.each([
    ['text that is not JSON', 'secret!', 'it is not JSON'],
    ['null', 'null', 'it has no array of keys'],
    ['a single key', JSON.stringify(publicJwk(rsa)), 'it has no array of keys'],
    ['keys that are not objects', setOf('secret!'), 'it has no array of keys'],
    ['no key', setOf(), 'it must have 1 to 64 keys'],
    ['65 keys', setOf(...Array.from({ length: 65 }, () => ({}))), 'it must have 1 to 64 keys'],
    ['no usable key', setOf(secret), 'no key is usable; key 1: only kty RSA and EC are supported'],
  ])('is rejected: %s', (_, text, message) => {
    expect(() => parsePublicJwks(text)).toThrow(new Error(message));
  });
});

describe('a set of secrets', () => {
  it('keeps their order', () => {
    const { keys } = parseSecretJwks(setOf({ ...secret, kid: 'b', alg: 'HS256' }, secret));
    expect(keys.map(({ kid, algorithm }) => [kid, algorithm])).toEqual([
      ['b', 'HS256'],
      ['a', 'HS256'],
    ]);
  });

  it.each([
    ['a public key', publicJwk(rsa), 'key 1: its kty must be oct'],
    [
      '31 bytes',
      { ...secret, k: randomBytes(31).toString('base64url') },
      'key 1: the secret has only 31 bytes',
    ],
    [
      'Base64 that is not base64url',
      { ...secret, k: `${'a'.repeat(43)}=` },
      'key 1: its k must be base64url',
    ],
    ['another algorithm', { ...secret, alg: 'HS512' }, 'key 1: its alg must be HS256'],
    ['no kid', { ...secret, kid: undefined }, 'key 1: its kid is missing'],
  ])('is rejected with %s', (_, jwk, message) => {
    expect(() => parseSecretJwks(setOf(jwk))).toThrow(new Error(message));
  });

  it('is rejected with the same kid twice', () => {
    expect(() => parseSecretJwks(setOf(secret, secret))).toThrow('key 2: an earlier key has the same kid');
  });
});
