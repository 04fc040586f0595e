import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, publicKey, secretKey } from '../../../src/feed-server/auth/keys.ts';
import { ecPair, ed25519Pair, rsaPair } from './forge.ts';

const rsa = rsaPair(2048);

describe('a secret', () => {
  it.each([
    ['32 ASCII letters', 'x'.repeat(32)],
    ['16 two-byte letters', 'ж'.repeat(16)],
  ])('of %s is accepted', (_, secret) => {
    expect(secretKey(secret).algorithm).toBe('HS256');
  });

  it('of fewer than 32 bytes is rejected', () => {
    expect(() => secretKey('x'.repeat(31))).toThrow('the secret has only 31 bytes');
  });

  it('that is a public key is rejected', () => {
    expect(() => secretKey(rsa.pem)).toThrow('must not be a PEM key');
  });

  it('does not appear when its key is printed', () => {
    const secret = 'this must not appear in any log, at all';
    const key = secretKey(secret);
    expect(`${inspect(key, { depth: 9, showHidden: true })}${JSON.stringify(key)}`).not.toContain(secret);
  });
});

describe('a fingerprint', () => {
  it('is the same for the same key only, and does not contain a secret', () => {
    const secret = 'the secret of several servers, for a test';
    const keys = [
      secretKey(secret),
      secretKey(`${secret}!`),
      publicKey(rsa.pem),
      publicKey(ecPair('P-256').pem),
    ];
    const fingerprints = keys.map(fingerprintOf);
    expect(new Set(fingerprints).size).toBe(4);
    expect(fingerprintOf(secretKey(secret))).toBe(fingerprints[0]);
    expect(fingerprintOf(publicKey(rsa.pem))).toBe(fingerprints[2]);
    expect(fingerprints.join()).not.toContain(secret);
  });
});

describe('a public key', () => {
  it.each([
    ['RSA of 2048 bits', rsa.pem, 'RS256'],
    ['RSA of 3072 bits', rsaPair(3072).pem, 'RS256'],
    ['P-256', ecPair('P-256').pem, 'ES256'],
  ])('of type %s is accepted', (_, pem, algorithm) => {
    expect(publicKey(pem).algorithm).toBe(algorithm);
  });

  it('in PKCS #1 is accepted', () => {
    const pem = publicKey(rsa.pem).key.export({ type: 'pkcs1', format: 'pem' }).toString();
    expect(publicKey(pem).algorithm).toBe('RS256');
  });

  it.each([
    ['RSA of 1024 bits', rsaPair(1024).pem, 'the RSA key has only 1024 bits'],
    ['P-384', ecPair('P-384').pem, 'unsupported key type secp384r1'],
    ['secp256k1', ecPair('secp256k1').pem, 'unsupported key type secp256k1'],
    ['Ed25519', ed25519Pair().pem, 'unsupported key type ed25519'],
    ['a damaged PEM', rsa.pem.replace('MII', 'AAA'), 'the key is damaged'],
    [
      'a private key',
      rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'the PEM contains a private key, which only the issuer may have',
    ],
    ['other text', 'a key', 'must be a public key in PEM format'],
    [
      'a certificate',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      'must be a public key in PEM format',
    ],
  ])('is rejected: %s', (_, pem, message) => {
    expect(() => publicKey(pem)).toThrow(new Error(message));
  });
});
