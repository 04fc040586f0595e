import type { IncomingMessage } from 'node:http';
import { clientNetwork } from '../../shared/client-network.ts';
import type { ChannelDescriptor } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import { isAllowedOrigin, type OriginPolicy } from '../../shared/origin.ts';
import type { TrustedProxies } from '../../shared/trusted-proxies.ts';
import type { WebSocketConnection } from '../connection/connection.ts';
import type { ConnectionIdentity } from '../connection/connection-identity.ts';
import type { Closed, Connection } from '../handlers.ts';
import type { SettingNames } from '../options.ts';
import { type AddressMatch, type PathValues, splitTarget } from './address.ts';
import type { Authenticated } from './authenticate.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import { HandshakeDeadline } from './handshake-deadline.ts';
import type { HandshakeValues } from './handshake-values.ts';
import { knownPrincipalOf, permitAll } from './known-principals.ts';
import { refuseAtLimit } from './limit-refusals.ts';
import { Refusal, refusal, refuseOrigin, shuttingDown } from './refusal.ts';
import { streamQuery } from './stream-query.ts';
import { checkUpgrade, UpgradeRequest } from './upgrade-request.ts';

type Transport = Connection['transport'];

/** The part of a channel that handshakes use. */
export interface HandshakeChannel {
  readonly descriptor: ChannelDescriptor;
  match(path: string): AddressMatch;
  authenticate(request: UpgradeRequest): Promise<Authenticated>;
  readValues(path: PathValues, request: UpgradeRequest): HandshakeValues;
  createConnection(identity: ConnectionIdentity, transport: Transport): WebSocketConnection;
  /** Returns the state of the connection, or throws to refuse it. */
  accept(connection: WebSocketConnection): unknown;
  closed(connection: WebSocketConnection, closed: Closed): void;
}

export interface HandshakeOptions<Channel> {
  readonly channels: readonly Channel[];
  readonly limits: ConnectionLimits;
  readonly origins: OriginPolicy;
  readonly proxies: TrustedProxies;
  readonly settingNames: SettingNames;
  /** How long the security hooks and `accept` may take together. */
  readonly timeoutMs: number;
  readonly isShuttingDown: () => boolean;
}

/** A handshake to complete with 101, or with the head of a stream. It counts as a connection until its owner releases it from the limits. */
export interface AcceptedHandshake<Channel> {
  readonly channel: Channel;
  readonly connection: WebSocketConnection;
}

/** How many channels the log suggests after a wrong path. */
const maxSuggestedAddresses = 5;

export const neverOpened: Closed = { code: 1006, reason: 'never opened' };

/**
 * Returns a function that decides whether a request becomes a connection: that for an upgrade first by the rules of
 * RFC 6455 section 4.2.1, then by those of the contract and the operator, cheap checks before expensive ones.
 *
 * The function throws Refusal.
 */
export function createHandshake<Channel extends HandshakeChannel>(
  options: HandshakeOptions<Channel>,
): (request: IncomingMessage, id: string, transport: Transport) => Promise<AcceptedHandshake<Channel>> {
  const { limits, origins, proxies, settingNames, timeoutMs } = options;

  return async (message, id, transport) => {
    if (transport === 'websocket') checkUpgrade(message);
    const { origin } = message.headers;
    // Before anything else that a page could read in the refusal.
    if (origin !== undefined && !isAllowedOrigin(origins, origin, proxies.hostOf(message))) {
      throw refuseOrigin(message, origins, settingNames);
    }
    if (options.isShuttingDown()) throw shuttingDown();
    const { path, query } = splitTarget(message.url ?? '/');
    const { channel, pathValues } = findChannel(options.channels, path);
    // Asking the system for the address is among the most expensive parts of a handshake.
    const address =
      limits.countAddresses || proxies.exist ? clientNetwork(proxies.addressOf(message)) : undefined;
    const exceeded = limits.acquire(address);
    if (exceeded !== null) throw refuseAtLimit(exceeded);
    const deadline = new HandshakeDeadline(timeoutMs);
    let user: string | null = null;
    try {
      const isStream = transport === 'sse';
      const adapt = isStream ? streamQuery(channel.descriptor, message) : undefined;
      const request = new UpgradeRequest(message, query, adapt);
      const known = knownPrincipalOf(message);
      const { principal, scheme, permits, expiresAtMs } =
        known === undefined
          ? await deadline.race(channel.authenticate(request), () => {})
          : permitAll(known, channel.descriptor);
      if (principal !== undefined) {
        if (!limits.acquireForUser(principal.id)) throw refuseAtLimit('user_limit');
        user = principal.id;
      }
      const values = channel.readValues(pathValues, request);
      const { socket } = message;
      const connection = channel.createConnection(
        { id, socket, user: principal, address, scheme, permits, expiresAtMs, ...values },
        transport,
      );
      connection.state = await deadline.race(accept(channel, connection), (lateState) => {
        connection.state = lateState;
        channel.closed(connection, neverOpened);
      });
      return { channel, connection };
    } catch (thrown) {
      limits.release({ address, user });
      throw thrown;
    } finally {
      limits.settle(address);
      deadline.clear();
    }
  };
}

/** Being async turns a synchronous throw of the handler into a rejection. */
async function accept(channel: HandshakeChannel, connection: WebSocketConnection): Promise<unknown> {
  return channel.accept(connection);
}

/** Where several match, the first is the most literal: the generator has sorted them. */
function findChannel<Channel extends HandshakeChannel>(
  channels: readonly Channel[],
  path: string,
): { readonly channel: Channel; readonly pathValues: PathValues } {
  for (const channel of channels) {
    const match = channel.match(path);
    if (match === 'malformed') {
      throw refusal('parameters', 'invalid_request', 'The path is not valid percent-encoded UTF-8.');
    }
    if (match !== 'no match') return { channel, pathValues: match };
  }
  const addresses = channels.slice(0, maxSuggestedAddresses).map(({ descriptor }) => descriptor.address);
  throw new Refusal(
    'unknown_path',
    new PostedError('not_found', 'The contract has no channel at this path.'),
    { remedy: `connect to a channel of the contract, such as ${addresses.join(', ')}` },
  );
}
