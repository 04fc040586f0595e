import { createHash, createHmac, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';

/** A key and the only algorithm (RFC 7518 section 3.1) that it is used with. */
export interface TokenKey {
  readonly algorithm: 'HS256' | 'RS256' | 'ES256';
  /** A KeyObject reveals nothing of the key when it is printed. */
  readonly key: KeyObject;
}

/** RFC 7518 section 3.2: an HS256 key is at least as long as the hash. */
export const minSecretBytes = 32;

const minRsaBits = 2048;

/**
 * The key that issues and verifies tokens: the UTF-8 bytes of `secret`.
 *
 * @throws Error with what is wrong with the secret; it never quotes it
 */
export function secretKey(secret: string): TokenKey {
  if (secret.includes('-----BEGIN ')) {
    // As a secret, a public key would let anyone sign tokens.
    throw new Error('must not be a PEM key');
  }
  const bytes = Buffer.from(secret);
  if (bytes.length < minSecretBytes) throw new Error(`the secret has only ${bytes.length} bytes`);
  return Object.freeze({ algorithm: 'HS256', key: createSecretKey(bytes) });
}

/**
 * The key that verifies the tokens of another issuer: RSA of at least 2048 bits (RS256) or P-256
 * (ES256), in PEM (RFC 7468; for RSA also PKCS #1).
 *
 * @throws Error with what is wrong with the key; it never quotes it
 */
export function publicKey(pem: string): TokenKey {
  if (pem.includes(' PRIVATE KEY-----')) {
    throw new Error('the PEM contains a private key, which only the issuer may have');
  }
  // Node would also extract the key of a certificate, but ignores the certificate's dates and issuer.
  if (!/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem)) throw new Error('must be a public key in PEM format');
  const key = parsePublicKey(pem);
  return Object.freeze({ algorithm: algorithmOf(key), key });
}

/** Identifies the key to other servers. It reveals nothing of a secret that is hard to guess. */
export function fingerprintOf({ algorithm, key }: TokenKey): string {
  const hash =
    algorithm === 'HS256'
      ? createHmac('sha256', key).update('fingerprint')
      : createHash('sha256').update(key.export({ type: 'spki', format: 'der' }));
  return `${algorithm}:${hash.digest('base64url').slice(0, 22)}`;
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
    if (bits < minRsaBits) throw new Error(`the RSA key has only ${bits} bits`);
    return 'RS256';
  }
  const curve = asymmetricKeyDetails?.namedCurve;
  if (asymmetricKeyType === 'ec' && curve === 'prime256v1') return 'ES256';
  throw new Error(`unsupported key type ${curve ?? asymmetricKeyType}`);
}
