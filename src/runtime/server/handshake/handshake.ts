import type { IncomingMessage } from 'node:http';
import type { ChannelDescriptor } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import { isAllowedOrigin, type OriginPolicy } from '../../shared/origin.ts';
import type { Closed, Handshake, Principal } from '../handlers.ts';
import type { SettingNames } from '../options.ts';
import { type AddressMatch, type PathValues, splitTarget } from './address.ts';
import type { Authenticated } from './authenticate.ts';
import { Deadline } from './deadline.ts';
import { HandshakeRequest } from './handshake-request.ts';
import type { HandshakeValues } from './handshake-values.ts';
import type { ConnectionLimits } from './limits.ts';
import { Refusal, refusal } from './refusal.ts';
import { refuseOrigin } from './refused-origin.ts';
import { checkUpgrade } from './upgrade-request.ts';

/** A channel as the handshake sees it. */
export interface HandshakeChannel {
  readonly descriptor: ChannelDescriptor;
  match(path: string): AddressMatch;
  authenticate(request: HandshakeRequest): Promise<Authenticated>;
  readValues(parameters: object, request: HandshakeRequest): HandshakeValues;
  accept(handshake: Handshake<Principal | undefined, object, object, object>): unknown;
  closed(session: unknown, closed: Closed, connection: string): void;
}

export interface HandshakeOptions<Channel> {
  readonly channels: readonly Channel[];
  readonly limits: ConnectionLimits;
  readonly origins: OriginPolicy;
  readonly settingNames: SettingNames;
  /** How long the security hooks and `accept` may take together. */
  readonly timeoutMs: number;
}

/** A handshake that may be answered with 101. Whoever holds it gives its place back when the connection has ended. */
export interface Accepted<Channel> extends Pick<Authenticated, 'permits' | 'expiresAtMs'> {
  readonly id: string;
  readonly channel: Channel;
  readonly session: unknown;
  /** The user that a place was taken for, if credentials told one. */
  readonly user: string | null;
}

/** Channels that the log names after a wrong path. */
const maxAddresses = 5;

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
  const { limits, origins, settingNames, timeoutMs } = options;

  return async (request, id) => {
    checkUpgrade(request);
    const { path, query } = splitTarget(request.url ?? '/');
    const { channel, found } = findChannel(options.channels, path);
    const { origin, host } = request.headers;
    if (origin !== undefined && !isAllowedOrigin(origins, origin, host)) {
      throw refuseOrigin(origin, origins, settingNames.origins);
    }
    if (!limits.take()) {
      throw new Refusal(
        'capacity',
        new PostedError('unavailable', 'The server has all the connections that it accepts.', {
          retryAfterSeconds: 5,
        }),
      );
    }
    const deadline = new Deadline(timeoutMs);
    let user: string | null = null;
    try {
      const heard = new HandshakeRequest(request, query);
      const { principal, permits, expiresAtMs } = await deadline.wait(channel.authenticate(heard), () => {});
      if (principal !== undefined) {
        takeUserPlace(limits, principal.id);
        user = principal.id;
      }
      const values = channel.readValues(found.parameters, heard);
      const handshake = { id, principal, variables: found.variables, ...values };
      const session = await deadline.wait(accept(channel, handshake), (late) =>
        channel.closed(late, neverOpened, id),
      );
      return { id, channel, session, user, permits, expiresAtMs };
    } catch (thrown) {
      limits.release(user);
      throw thrown;
    } finally {
      deadline.clear();
    }
  };
}

/** Also what is thrown at once is a rejection. */
async function accept(
  channel: HandshakeChannel,
  handshake: Parameters<HandshakeChannel['accept']>[0],
): Promise<unknown> {
  return channel.accept(handshake);
}

function findChannel<Channel extends HandshakeChannel>(
  channels: readonly Channel[],
  path: string,
): { readonly channel: Channel; readonly found: PathValues } {
  for (const channel of channels) {
    const found = channel.match(path);
    if (found === 'malformed') {
      throw refusal('parameters', 'invalid_request', 'The path is not valid percent-encoded UTF-8.');
    }
    if (found !== 'no match') return { channel, found };
  }
  const addresses = channels.slice(0, maxAddresses).map(({ descriptor }) => descriptor.address);
  throw new Refusal(
    'unknown_path',
    new PostedError('not_found', 'The contract has no channel at this path.'),
    { remedy: `connect to a channel of the contract, such as ${addresses.join(', ')}` },
  );
}

function takeUserPlace(limits: ConnectionLimits, user: string): void {
  if (limits.takeFor(user)) return;
  throw refusal(
    'user_limit',
    'too_many_requests',
    'This user has all the connections that a user may have. Close one first.',
  );
}
