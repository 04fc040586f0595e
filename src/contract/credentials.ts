import type { IncomingHttpHeaders } from 'node:http';
import { readBearer } from '../bearer.ts';
import { PostedError } from '../errors.ts';
import type { SecurityScheme } from './descriptor.ts';
import type { BearerCredentials, Principal } from './handlers.ts';
import { Refusal } from './refusal.ts';
import { decodeBearerProtocol } from './subprotocol.ts';

/** By scheme name: turns credentials into the user that they stand for, or throws `unauthorized`. */
export type SecurityHooks = Readonly<
  Record<string, (credentials: BearerCredentials) => Principal | Promise<Principal>>
>;

/**
 * Asks the hook of the first scheme for which the request carries credentials; any one scheme
 * suffices (AsyncAPI 3.0, Server Object, `security`). Undefined for a channel that the contract
 * leaves open to everyone.
 *
 * @throws Refusal `unauthorized` where the request carries no credentials of any scheme
 */
export async function authenticate(
  security: readonly SecurityScheme[],
  hooks: SecurityHooks,
  headers: IncomingHttpHeaders,
): Promise<Principal | undefined> {
  if (security.length === 0) return undefined;
  for (const scheme of security) {
    const credentials = readCredentials(headers);
    const hook = hooks[scheme.name];
    if (credentials === null || hook === undefined) continue;
    try {
      return await hook(credentials);
    } catch (thrown) {
      const error = PostedError.from(thrown);
      if (error.code !== 'unauthorized') throw error;
      throw unauthorized(error, 'Bearer error="invalid_token"');
    }
  }
  throw unauthorized(
    new PostedError('unauthorized', 'A bearer token is missing. Send it as Authorization: Bearer <token>.'),
    'Bearer',
  );
}

/** A header wins over the subprotocol, which browsers use because they cannot set headers. */
function readCredentials(headers: IncomingHttpHeaders): BearerCredentials | null {
  const { authorization } = headers;
  const token =
    authorization === undefined
      ? decodeBearerProtocol(headers['sec-websocket-protocol'])
      : readBearer(authorization);
  return token === null ? null : { token };
}

/** The challenge that goes with 401 (RFC 6750 section 3). */
function unauthorized(error: PostedError, challenge: string): Refusal {
  return new Refusal('unauthorized', error, { headers: { 'WWW-Authenticate': challenge } });
}
