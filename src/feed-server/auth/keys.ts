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
  return checkedSecret(createSecretKey(Buffer.from(secret)));
}

/** @throws Error if the secret is too short */
export function checkedSecret(key: KeyObject): TokenKey {
  const bytes = key.symmetricKeySize ?? 0;
  if (bytes < minSecretBytes) throw new Error(`the secret has only ${bytes} bytes`);
  return Object.freeze({ algorithm: 'HS256', key });
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
  return checkedPublicKey(() => createPublicKey(pem));
}

/**
 * The type of the key determines its algorithm.
 *
 * @throws Error with what is wrong with the key that `parse` returns; it never quotes it
 */
export function checkedPublicKey(parse: () => KeyObject): TokenKey {
  let key: KeyObject;
  try {
    key = parse();
  } catch (cause) {
    throw new Error('the key is damaged', { cause });
  }
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

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): 'RS256' | 'ES256' {
  if (asymmetricKeyType === 'rsa') {
    const bits = asymmetricKeyDetails?.modulusLength ?? 0;
    if (bits < minRsaBits) throw new Error(`the RSA key has only ${bits} bits`);
    // With 1, everybody could sign.
    if ((asymmetricKeyDetails?.publicExponent ?? 0n) < 3n)
      throw new Error('the exponent of the RSA key is too small');
    return 'RS256';
  }
  const curve = asymmetricKeyDetails?.namedCurve;
  if (asymmetricKeyType === 'ec' && curve === 'prime256v1') return 'ES256';
  throw new Error(`unsupported key type ${curve ?? asymmetricKeyType}`);
}
