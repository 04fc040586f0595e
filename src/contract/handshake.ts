import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { PostedError } from '../errors.ts';
import { explain, type Guard } from '../guard.ts';
import { isAllowedOrigin, type OriginPolicy } from '../origin.ts';
import { readQuery } from '../query.ts';
import { type AddressMatch, splitTarget } from './address.ts';
import { authenticate, type SecurityHooks } from './credentials.ts';
import type { ChannelDescriptor } from './descriptor.ts';
import type { Closed, Handshake, Principal } from './handlers.ts';
import type { ConnectionLimits } from './limits.ts';
import { Refusal } from './refusal.ts';

/** A channel as the handshake sees it. */
export interface HandshakeChannel {
  readonly descriptor: ChannelDescriptor;
  match(path: string): AddressMatch;
  readonly security: SecurityHooks;
  accept(handshake: Handshake<Principal | undefined, object, object>): unknown;
  closed(session: unknown, closed: Closed): void;
}

export interface HandshakeOptions<Channel> {
  readonly channels: readonly Channel[];
  readonly limits: ConnectionLimits;
  readonly origins: OriginPolicy;
  /** How long the security hook and `accept` may take together. */
  readonly timeoutMs: number;
}

/** A handshake that may be answered with 101. Whoever holds it calls `release` when the connection has ended. */
export interface Accepted<Channel> {
  readonly channel: Channel;
  readonly principal: Principal | undefined;
  readonly session: unknown;
  release(): void;
}

export const neverOpened: Closed = { code: 1006, reason: 'never opened' };

/**
 * Decides whether an upgrade request becomes a connection: the rules of RFC 6455 section 4.2.1 first,
 * then those of the contract and of the operator, the cheap ones before those that cost work.
 *
 * The function throws Refusal.
 */
export function createHandshakes<Channel extends HandshakeChannel>(
  options: HandshakeOptions<Channel>,
): (request: IncomingMessage, id: string) => Promise<Accepted<Channel>> {
  const { limits, timeoutMs } = options;

  return async (request, id) => {
    checkUpgrade(request);
    const { path, query } = splitTarget(request.url ?? '/');
    const { channel, values } = findChannel(options.channels, path);
    if (!isAllowedOrigin(options.origins, request.headers.origin, request.headers.host)) {
      throw refusal('origin', 'forbidden', 'Pages of this origin may not connect to this server.');
    }
    if (!limits.take()) {
      throw new Refusal(
        'capacity',
        new PostedError('unavailable', 'The server has all the connections that it accepts.', {
          retryAfterSeconds: 5,
        }),
      );
    }
    let heldUser: string | null = null;
    const release = (): void => {
      if (heldUser !== null) limits.releaseFor(heldUser);
      limits.release();
    };
    try {
      const { descriptor } = channel;
      const deadline = createDeadline(timeoutMs);
      const principal = await deadline(
        authenticate(descriptor.security, channel.security, request.headers),
        () => {},
      );
      if (principal !== undefined) {
        takeUserPlace(limits, principal.id);
        heldUser = principal.id;
      }
      const handshake = {
        id,
        principal,
        parameters: checkValues('parameters', 'the path', descriptor.parameters, values),
        query: checkValues('query', 'the query', descriptor.query, decodeQuery(query)),
      };
      const session = await deadline((async () => channel.accept(handshake))(), (late) =>
        channel.closed(late, neverOpened),
      );
      return { channel, principal, session, release };
    } catch (thrown) {
      release();
      throw thrown;
    }
  };
}

function checkUpgrade({ method, headers }: IncomingMessage): void {
  if (headers.upgrade?.toLowerCase() !== 'websocket') {
    throw refusal('not_a_websocket', 'invalid_request', 'Only an upgrade to websocket is served here.');
  }
  if (method !== 'GET') {
    throw refusal('method', 'method_not_allowed', 'A WebSocket handshake is a GET request.', {
      Allow: 'GET',
    });
  }
  if (!/^[A-Za-z0-9+/]{22}==$/.test(headers['sec-websocket-key'] ?? '')) {
    throw refusal(
      'bad_handshake',
      'invalid_request',
      'Sec-WebSocket-Key is missing or is not 16 bytes in base64.',
    );
  }
  if (headers['sec-websocket-version'] !== '13') {
    throw new Refusal(
      'bad_handshake',
      new PostedError('invalid_request', 'Only version 13 of the WebSocket protocol is spoken here.'),
      { status: 426, headers: { 'Sec-WebSocket-Version': '13' } },
    );
  }
  checkSubprotocols(headers);
}

/** A list of tokens (RFC 6455 section 11.3.4), checked here so that a bad one is answered like any other mistake. */
function checkSubprotocols(headers: IncomingHttpHeaders): void {
  const offered = headers['sec-websocket-protocol'];
  if (offered === undefined) return;
  const names = offered.split(',').map((name) => name.trim());
  const areTokens = names.every((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name));
  if (areTokens && new Set(names).size === names.length) return;
  throw refusal(
    'bad_handshake',
    'invalid_request',
    'Sec-WebSocket-Protocol is not a list of different subprotocol names.',
  );
}

function findChannel<Channel extends HandshakeChannel>(
  channels: readonly Channel[],
  path: string,
): { readonly channel: Channel; readonly values: object } {
  for (const channel of channels) {
    const values = channel.match(path);
    if (values === 'malformed') {
      throw refusal('parameters', 'invalid_request', 'The path is not valid percent-encoded UTF-8.');
    }
    if (values !== 'no match') return { channel, values };
  }
  throw refusal('unknown_path', 'not_found', 'The contract has no channel at this path.');
}

function takeUserPlace(limits: ConnectionLimits, user: string): void {
  if (limits.takeFor(user)) return;
  throw refusal(
    'user_limit',
    'too_many_requests',
    'This user has all the connections that a user may have. Close one first.',
  );
}

/** The values as the contract types them. Without a schema nothing is allowed: the check fails closed. */
function checkValues(
  reason: 'parameters' | 'query',
  place: string,
  guard: Guard<object> | undefined,
  values: object,
): object {
  if (guard === undefined) {
    const [name] = Object.keys(values);
    if (name === undefined) return values;
    throw refusal(reason, 'invalid_request', `${place} of this channel takes nothing.`);
  }
  if (guard(values)) return values;
  throw refusal(reason, 'invalid_request', explain(guard, place));
}

function decodeQuery(query: string): object {
  try {
    return readQuery(query);
  } catch (thrown) {
    throw new Refusal('query', PostedError.from(thrown));
  }
}

/** One span of time for several waits: what is still open at its end is refused, and what comes later is handed to `late`. */
function createDeadline(
  timeoutMs: number,
): <Value>(work: Promise<Value>, late: (value: Value) => void) => Promise<Value> {
  const endMs = performance.now() + timeoutMs;
  return (work, late) =>
    new Promise((resolve, reject) => {
      let isLate = false;
      const timer = setTimeout(
        () => {
          isLate = true;
          const error = new PostedError('unavailable', 'The handshake took too long.', {
            retryAfterSeconds: 1,
          });
          reject(new Refusal('timeout', error));
        },
        Math.max(0, endMs - performance.now()),
      );
      work.then(
        (value) => {
          clearTimeout(timer);
          if (isLate) late(value);
          else resolve(value);
        },
        (thrown: unknown) => {
          clearTimeout(timer);
          reject(thrown);
        },
      );
    });
}

function refusal(
  reason: ConstructorParameters<typeof Refusal>[0],
  code: ConstructorParameters<typeof PostedError>[0],
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return new Refusal(reason, new PostedError(code, message), { headers });
}
