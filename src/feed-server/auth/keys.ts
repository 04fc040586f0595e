import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';

/** A key, and the one algorithm (RFC 7518 section 3.1) that tokens are signed with for it. */
export interface TokenKey {
  readonly algorithm: 'HS256' | 'RS256' | 'ES256';
  /** A KeyObject shows nothing of the key when it is printed. */
  readonly key: KeyObject;
}

/** RFC 7518 section 3.2: a key for HS256 has at least the size of the hash. */
export const minSecretBytes = 32;

const minRsaBits = 2048;

/**
 * The key that makes and checks tokens: the UTF-8 bytes of `secret`.
 *
 * @throws Error that says what is wrong with the secret, and never quotes it.
 */
export function secretKey(secret: string): TokenKey {
  if (secret.includes('-----BEGIN ')) {
    throw new Error('the text is a PEM: a public key, which everyone may know, must not become a secret');
  }
  const bytes = Buffer.from(secret);
  if (bytes.length < minSecretBytes) throw new Error(`the secret has ${bytes.length} bytes`);
  return Object.freeze({ algorithm: 'HS256', key: createSecretKey(bytes) });
}

/**
 * The key that checks the tokens of another issuer: RSA of at least 2048 bits (RS256) or P-256
 * (ES256), in PEM (RFC 7468; for RSA PKCS #1 as well).
 *
 * @throws Error that says what is wrong with the key, and never quotes it.
 */
export function publicKey(pem: string): TokenKey {
  if (pem.includes(' PRIVATE KEY-----')) {
    throw new Error('the PEM holds a private key, which belongs to the issuer alone');
  }
  // Node also takes the key out of a certificate, but without looking at its dates or its issuer.
  if (!/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem)) throw new Error('the text is no PEM of a public key');
  const key = parsePublicKey(pem);
  return Object.freeze({ algorithm: algorithmOf(key), key });
}

function parsePublicKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new Error('the PEM is damaged', { cause });
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): 'RS256' | 'ES256' {
  if (asymmetricKeyType === 'rsa') {
    const bits = asymmetricKeyDetails?.modulusLength ?? 0;
    if (bits < minRsaBits) throw new Error(`the RSA key has ${bits} bits`);
    return 'RS256';
  }
  const curve = asymmetricKeyDetails?.namedCurve;
  if (asymmetricKeyType === 'ec' && curve === 'prime256v1') return 'ES256';
  throw new Error(`the key is of another type (${curve ?? asymmetricKeyType})`);
}
