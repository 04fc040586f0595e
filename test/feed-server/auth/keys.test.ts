import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { publicKey, secretKey } from '../../../src/feed-server/auth/keys.ts';
import { ecPair, ed25519Pair, rsaPair } from './forge.ts';

const rsa = rsaPair(2048);

describe('a secret', () => {
  it.each([
    ['32 letters', 'x'.repeat(32)],
    ['16 letters of two bytes', 'ж'.repeat(16)],
  ])('may be %s', (_, secret) => {
    expect(secretKey(secret).algorithm).toBe('HS256');
  });

  it('of fewer than 32 bytes is refused', () => {
    expect(() => secretKey('x'.repeat(31))).toThrow('the secret has 31 bytes');
  });

  it('that is a public key is refused', () => {
    expect(() => secretKey(rsa.pem)).toThrow(
      'a public key, which everyone may know, must not become a secret',
    );
  });

  it('does not show when its key is printed', () => {
    const secret = 'this must not be seen in any log at all';
    const key = secretKey(secret);
    expect(`${inspect(key, { depth: 9, showHidden: true })}${JSON.stringify(key)}`).not.toContain(secret);
  });
});

describe('a public key', () => {
  it.each([
    ['RSA of 2048 bits', rsa.pem, 'RS256'],
    ['RSA of 3072 bits', rsaPair(3072).pem, 'RS256'],
    ['P-256', ecPair('P-256').pem, 'ES256'],
  ])('of type %s is taken', (_, pem, algorithm) => {
    expect(publicKey(pem).algorithm).toBe(algorithm);
  });

  it('may be in the PEM of PKCS #1', () => {
    const pem = publicKey(rsa.pem).key.export({ type: 'pkcs1', format: 'pem' }).toString();
    expect(publicKey(pem).algorithm).toBe('RS256');
  });

  it.each([
    ['RSA of 1024 bits', rsaPair(1024).pem, 'the RSA key has 1024 bits'],
    ['P-384', ecPair('P-384').pem, 'the key is of another type (secp384r1)'],
    ['secp256k1', ecPair('secp256k1').pem, 'the key is of another type (secp256k1)'],
    ['Ed25519', ed25519Pair().pem, 'the key is of another type (ed25519)'],
    ['a damaged PEM', rsa.pem.replace('MII', 'AAA'), 'the PEM is damaged'],
    [
      'a private key',
      rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'the PEM holds a private key, which belongs to the issuer alone',
    ],
    ['any text', 'a key', 'the text is no PEM of a public key'],
    [
      'a certificate',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      'the text is no PEM of a public key',
    ],
  ])('is refused: %s', (_, pem, message) => {
    expect(() => publicKey(pem)).toThrow(new Error(message));
  });
});
