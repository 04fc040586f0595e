import { createPublicKey, createSecretKey, type JsonWebKey } from 'node:crypto';
import type { NamedKey } from './key-ring.ts';
import { checkedPublicKey, checkedSecret } from './keys.ts';

export interface JwkSet {
  /** In the order of the document. */
  readonly keys: readonly NamedKey[];
  /** Why other keys are not used. */
  readonly unused: readonly string[];
}

const maxKeys = 64;
const maxKidLength = 256;

/**
 * Parses a JWK Set (RFC 7517) of public keys: RSA of at least 2048 bits (RS256) and P-256 (ES256). Issuers may add keys
 * for other purposes, which are not used.
 *
 * @throws Error with what is wrong; it never quotes the text
 */
export function parsePublicJwks(text: string): JwkSet {
  const keys: NamedKey[] = [];
  const unused: string[] = [];
  for (const [index, jwk] of readKeys(text).entries()) {
    try {
      add(keys, publicKeyOf(jwk));
    } catch (thrown) {
      unused.push(`key ${index + 1}: ${thrown instanceof Error ? thrown.message : 'invalid'}`);
    }
  }
  if (keys.length === 0) throw new Error(['no key is usable', ...unused].join('; '));
  return { keys, unused };
}

/**
 * Parses a JWK Set of secrets (`"kty": "oct"`, HS256), each with a `kid`. All of them must be valid.
 *
 * @throws Error with what is wrong; it never quotes the text
 */
export function parseSecretJwks(text: string): JwkSet {
  const keys: NamedKey[] = [];
  for (const [index, jwk] of readKeys(text).entries()) {
    try {
      add(keys, secretKeyOf(jwk));
    } catch (cause) {
      throw new Error(`key ${index + 1}: ${cause instanceof Error ? cause.message : 'invalid'}`, { cause });
    }
  }
  return { keys, unused: [] };
}

/** The members of a JWK (RFC 7517 section 4, RFC 7518 section 6) that are used here. */
type Jwk = Readonly<Record<string, unknown>>;

function readKeys(text: string): readonly Jwk[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The message of the cause would quote the text.
    throw new Error('it is not JSON');
  }
  const keys = isObject(document) ? document.keys : undefined;
  if (!Array.isArray(keys) || !keys.every(isObject)) throw new Error('it has no array of keys');
  if (keys.length === 0 || keys.length > maxKeys) throw new Error(`it must have 1 to ${maxKeys} keys`);
  return keys;
}

function add(keys: NamedKey[], key: NamedKey): void {
  if (keys.some(({ kid }) => kid === key.kid)) throw new Error('an earlier key has the same kid');
  keys.push(key);
}

function publicKeyOf(jwk: Jwk): NamedKey {
  if ('d' in jwk) throw new Error('it is a private key, which only the issuer may have');
  const { kty, n, e, crv, x, y } = jwk;
  if (kty !== 'RSA' && kty !== 'EC') throw new Error('only kty RSA and EC are supported');
  if (jwk.use !== undefined && jwk.use !== 'sig') throw new Error('its use is not sig');
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify'))) {
    throw new Error('its key_ops do not include verify');
  }
  const members = kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y };
  const key = checkedPublicKey(() => createPublicKey({ key: members as JsonWebKey, format: 'jwk' }));
  return named(key, jwk);
}

function secretKeyOf(jwk: Jwk): NamedKey {
  const { kty, k } = jwk;
  if (kty !== 'oct') throw new Error('its kty must be oct');
  if (typeof k !== 'string' || !/^[A-Za-z0-9_-]+$/.test(k)) throw new Error('its k must be base64url');
  const key = named(checkedSecret(createSecretKey(Buffer.from(k, 'base64url'))), jwk);
  if (key.kid === undefined) throw new Error('its kid is missing');
  return key;
}

function named({ algorithm, key }: Omit<NamedKey, 'kid'>, { alg, kid }: Jwk): NamedKey {
  if (alg !== undefined && alg !== algorithm) throw new Error(`its alg must be ${algorithm}`);
  if (kid !== undefined && (typeof kid !== 'string' || kid === '' || kid.length > maxKidLength)) {
    throw new Error(`its kid must have 1 to ${maxKidLength} characters`);
  }
  return Object.freeze({ kid, algorithm, key });
}

function isObject(value: unknown): value is Jwk {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
