import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto';

/** Builds a token by hand: a library would refuse to build most of those that a server must reject. */
export function forge(header: unknown, payload: unknown, signature: (input: string) => Buffer): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signature(input).toString('base64url')}`;
}

export function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

export function hs256(secret: string): (input: string) => Buffer {
  return (input) => createHmac('sha256', secret).update(input).digest();
}

export function hs512(secret: string): (input: string) => Buffer {
  return (input) => createHmac('sha512', secret).update(input).digest();
}

export function rs256(privateKey: KeyObject): (input: string) => Buffer {
  return (input) => sign('sha256', Buffer.from(input), privateKey);
}

export function rs512(privateKey: KeyObject): (input: string) => Buffer {
  return (input) => sign('sha512', Buffer.from(input), privateKey);
}

export function es256(privateKey: KeyObject): (input: string) => Buffer {
  return (input) => sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
}

export interface PemPair {
  readonly pem: string;
  readonly privateKey: KeyObject;
}

export function rsaPair(modulusLength: number): PemPair {
  return toPem(generateKeyPairSync('rsa', { modulusLength }));
}

export function ecPair(namedCurve: string): PemPair {
  return toPem(generateKeyPairSync('ec', { namedCurve }));
}

export function ed25519Pair(): PemPair {
  return toPem(generateKeyPairSync('ed25519'));
}

function toPem(pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }): PemPair {
  return {
    pem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: pair.privateKey,
  };
}

export function publicJwk({ pem }: PemPair): JsonWebKey {
  return createPublicKey(pem).export({ format: 'jwk' });
}
