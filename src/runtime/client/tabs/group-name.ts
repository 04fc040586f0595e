import { decodeBase64 } from '../../shared/credentials.ts';
import type { ResumeDescriptor } from '../../shared/descriptor.ts';
import { encodeBearerProtocol } from '../../shared/subprotocol.ts';
import type { SocketTarget } from '../platform.ts';

/** The claims that differ between two tokens of the same user with the same rights (RFC 7519 section 4.1). */
const claimsOfOneToken = new Set(['exp', 'iat', 'nbf', 'jti', 'auth_time']);

/** The name of the group of tabs that may share a connection: one address, one cursor, one user. */
export async function groupName(
  { url, protocols }: Pick<SocketTarget, 'url' | 'protocols'>,
  { query, instance = 'instance' }: ResumeDescriptor,
  store: string,
  transport: string,
): Promise<string> {
  const address = new URL(url);
  address.searchParams.delete(query);
  address.searchParams.delete(instance);
  return `posted.${await hash([address.href, store, transport, identityOf(credentialsIn(protocols))])}`;
}

/** Tells credentials apart without showing them. */
export async function credentialHash({ url, protocols }: SocketTarget, query: string): Promise<string> {
  const address = new URL(url);
  address.searchParams.delete(query);
  return await hash([address.search, ...credentialsIn(protocols)]);
}

/** A client may also offer subprotocols that are not credentials. */
function credentialsIn(protocols: readonly string[]): readonly string[] {
  return protocols.filter((protocol) => protocol.startsWith('base64url.'));
}

/** The user and the rights that a JSON Web Token states, so that a renewed token is of the same group; else the credentials. */
function identityOf(credentials: readonly string[]): unknown {
  const prefix = encodeBearerProtocol('');
  const bearer = credentials.find((credential) => credential.startsWith(prefix)) ?? prefix;
  const [, payload, signature] = decode(bearer.slice(prefix.length)).split('.');
  if (payload === undefined || signature === undefined) return credentials;
  const claims = parse(decode(payload));
  if (claims?.sub === undefined) return credentials;
  return Object.entries(claims)
    .filter(([name]) => !claimsOfOneToken.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function decode(base64url: string): string {
  return decodeBase64(base64url.replaceAll('-', '+').replaceAll('_', '/')) ?? '';
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return Object(JSON.parse(text));
  } catch {
    return null;
  }
}

async function hash(parts: readonly unknown[]): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(parts)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
