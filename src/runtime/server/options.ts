import type { Audit } from '../shared/audit.ts';
import type { Bus } from '../shared/bus.ts';
import type { LimitsByName } from '../shared/limits/limit.ts';
import { type Limiter, memoryLimiter } from '../shared/limits/limiter.ts';
import type { Log } from '../shared/log.ts';
import { type OriginPolicy, originPolicy } from '../shared/origin.ts';
import type { Revocation } from '../shared/revocation.ts';
import { createStderrLog } from '../shared/stderr-log.ts';
import { TrustedProxies, type TrustProxyOptions } from '../shared/trusted-proxies.ts';
import type { ConnectionMaxima } from './handshake/connection-limits.ts';
import { type ContractObserver, silentObserver } from './observer.ts';

/** The options of a contract server. All have defaults. */
export interface ContractServerOptions {
  /** Receives events for metrics. Default: none. */
  readonly observer?: ContractObserver;
  /** Where failures are logged. Default: warnings and errors to standard error; `silentLog` turns that off. */
  readonly log?: Log;
  /** The origins whose pages may connect, such as `['https://app.example']`. Default: the server's own host. */
  readonly origins?: OriginPolicy | readonly string[];
  /**
   * The proxies in front of the server, which report the addresses of clients and the host that they asked for. Default:
   * none; the client is whoever opened the connection.
   */
  readonly trustProxy?: TrustProxyOptions;
  /** The largest message that a client may send, in bytes. Default: 65,536. */
  readonly maxMessageBytes?: number;
  /** The largest number of frames that a client may split a message into. Default: 1024. */
  readonly maxMessageFragments?: number;
  /** The maximum number of connections; 0, the default, means no limit. */
  readonly maxConnections?: number;
  /** The maximum number of connections of one user; 0, the default, means no limit. */
  readonly maxConnectionsPerUser?: number;
  /**
   * The maximum number of connections of one address, where an IPv6 client is its /64; 0, the default, means no limit.
   * Behind a proxy, all clients may have the address of the proxy.
   */
  readonly maxConnectionsPerAddress?: number;
  /**
   * The maximum number of handshakes in progress, and of sockets whose request has not arrived; 0, the default, means no
   * limit.
   */
  readonly maxPendingHandshakes?: number;
  /** The same for one address. */
  readonly maxPendingHandshakesPerAddress?: number;
  /**
   * How many messages a connection may send in a second, before it is closed with 4429; 0, the default, means no limit.
   * Acks of new messages are not counted, since it is up to the server how many there are.
   */
  readonly maxMessagesPerSecond?: number;
  /** How long authentication and `accept` may take together. Default: 10,000. */
  readonly handshakeTimeoutMs?: number;
  /** A peer that sends nothing, not even a pong, for one to two intervals is disconnected. Default: 30,000. */
  readonly pingIntervalMs?: number;
  /** How many bytes may be queued for a connection before it is closed as a slow consumer. Default: 1,048,576. */
  readonly maxBufferedBytes?: number;
  /** How long a socket may stay full before its connection is closed as a slow consumer. Default: 10,000. */
  readonly maxBufferedAgeMs?: number;
  /** How long a peer may take to answer a close frame. Default: 5,000. */
  readonly closeTimeoutMs?: number;
  /**
   * How many messages of one connection are handled at the same time. Default: 1, so that they are handled in order.
   * With more, requests need correlation ids, because replies are sent as they are ready.
   */
  readonly concurrency?: number;
  /** How long a handler may take to answer a request, which is then answered with `unavailable`. Default: 30,000. */
  readonly requestTimeoutMs?: number;
  /**
   * How often clients may send the messages of operations, by the operation's name: instead of its `x-limits` in the
   * contract. A request above a limit is answered with `too_many_requests`; a message that cannot be answered closes its
   * connection with 4429, as does a client that goes on. Default: what the contract says.
   */
  readonly limits?: LimitsByName;
  /** What counts for the limits. Default: the memory of this process. */
  readonly limiter?: Limiter;
  /** Receives an entry for each message of an operation, after it was handled. Default: none. */
  readonly audit?: Audit;
  /**
   * Called on every node with each revocation, before the connections close: forget what is known about its credentials,
   * so that the security hooks verify them again. Without members, forget everything: revocations may have been missed.
   */
  readonly onRevoked?: (revocation: Revocation) => void;
  /**
   * Connects the nodes of the application, so that rooms, `kick`, `revoke` and presence span all of them. `handle` starts it, and
   * `shutdown` closes it. Default: none.
   */
  readonly bus?: Bus;
  /**
   * The names of the settings that operators use for these options, such as `{ origins: 'ALLOWED_ORIGINS' }`. Logs and
   * refusals name them. Default: the names of the options.
   */
  readonly settingNames?: SettingNames;
}

/** The options that can make a server refuse a handshake. */
export type RefusingOption = 'origins' | 'trustProxy' | 'handshakeTimeoutMs' | keyof ConnectionMaxima;

export type SettingNames = Readonly<Partial<Record<RefusingOption, string>>>;

export interface ResolvedOptions
  extends Required<Omit<ContractServerOptions, 'audit' | 'bus' | 'trustProxy'>> {
  readonly origins: OriginPolicy;
  readonly audit: Audit | undefined;
  readonly proxies: TrustedProxies;
}

/**
 * Fills in the defaults, once for a server.
 *
 * @throws TypeError if a network of `trustProxy` is not one
 */
export function resolveOptions({ trustProxy, ...options }: ContractServerOptions): ResolvedOptions {
  const { origins = defaults.origins } = options;
  return {
    ...defaults,
    log: createStderrLog(),
    audit: undefined,
    ...options,
    origins: originPolicy(origins),
    proxies: new TrustedProxies(trustProxy),
  };
}

const defaults: Omit<ResolvedOptions, 'log' | 'audit' | 'proxies'> = {
  limits: {},
  limiter: memoryLimiter,
  observer: silentObserver,
  onRevoked() {},
  origins: { kind: 'same-origin' },
  maxMessageBytes: 65_536,
  maxMessageFragments: 1024,
  maxConnections: 0,
  maxConnectionsPerUser: 0,
  maxConnectionsPerAddress: 0,
  maxPendingHandshakes: 0,
  maxPendingHandshakesPerAddress: 0,
  maxMessagesPerSecond: 0,
  handshakeTimeoutMs: 10_000,
  pingIntervalMs: 30_000,
  maxBufferedBytes: 1_048_576,
  maxBufferedAgeMs: 10_000,
  closeTimeoutMs: 5000,
  concurrency: 1,
  requestTimeoutMs: 30_000,
  settingNames: {},
};
