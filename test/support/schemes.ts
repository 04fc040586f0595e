import type { ChannelDescriptor, SecurityScheme } from '../../src/runtime/shared/descriptor.ts';
import { PostedError } from '../../src/runtime/shared/errors.ts';
import {
  encodeApiKeyProtocol,
  encodeBasicProtocol,
  encodeBearerProtocol,
  subprotocol,
} from '../../src/runtime/shared/subprotocol.ts';
import { createScheme, startChannel } from './channel.ts';

/** One security scheme of every kind, and security hooks whose result is determined by the credentials. */

export const scopes = ['read:posts', 'write'];

export const schemes = {
  bearer: createScheme('bearer', { scopes }),
  basic: createScheme('basic', { credentials: 'basic' }),
  userKey: createScheme('userKey', { credentials: 'apiKey', in: 'user' }),
  passwordKey: createScheme('passwordKey', { credentials: 'apiKey', in: 'password' }),
  headerKey: createScheme('headerKey', { credentials: 'apiKey', in: 'header', parameter: 'X-Api-Key' }),
  queryKey: createScheme('queryKey', { credentials: 'apiKey', in: 'query', parameter: 'api_key' }),
  cookieKey: createScheme('cookieKey', { credentials: 'apiKey', in: 'cookie', parameter: 'key' }),
} as const satisfies Readonly<Record<string, SecurityScheme>>;

export type SchemeName = keyof typeof schemes;

/** Headers of a handshake. */
export type Headers = Readonly<Record<string, string>>;

export function basicAuthorization(text: string): Headers {
  return { Authorization: `Basic ${Buffer.from(text).toString('base64')}` };
}

/** Headers with credentials in subprotocols, as browsers send them. */
export const offered = {
  token: (token: string) => offer(encodeBearerProtocol(token)),
  user: (username: string, password: string) => offer(encodeBasicProtocol({ username, password })),
  keys: (...keys: readonly (readonly [header: string, key: string])[]) =>
    offer(...keys.map(([header, key]) => encodeApiKeyProtocol(header, key))),
};

function offer(...protocols: readonly string[]): Headers {
  return { 'Sec-WebSocket-Protocol': [subprotocol, ...protocols].join(', ') };
}

/**
 * Starts a channel whose security hooks accept all credentials except those that contain `wrong` (unauthorized),
 * `muted` (forbidden) or `broken` (the hook fails). The id of the user is the scheme with the credentials.
 * `hookCalls` lists the names of the hooks that were called.
 */
export async function startSecured(
  channel: ChannelDescriptor,
  operations: Readonly<Record<string, unknown>> = {},
) {
  const hookCalls: string[] = [];
  const createHook = (name: string) => (credentials: object) => {
    hookCalls.push(name);
    const text = JSON.stringify(credentials);
    if (text.includes('wrong'))
      throw new PostedError('unauthorized', `${name} does not know these credentials.`);
    if (text.includes('muted')) throw new PostedError('forbidden', `${name} does not allow this user.`);
    if (text.includes('broken')) throw new Error('the key store is on fire');
    const id = `${name} ${text}`;
    return text.includes('mayfly') ? { id, expiresAtMs: Date.now() } : { id };
  };
  const security = Object.fromEntries(Object.keys(schemes).map((name) => [name, createHook(name)]));
  const started = await startChannel(channel, operations, { security, pingIntervalMs: 60 });
  return { ...started, hookCalls };
}
