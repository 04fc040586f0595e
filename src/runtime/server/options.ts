import type { Log } from '../shared/log.ts';
import { type OriginPolicy, originPolicy } from '../shared/origin.ts';
import { createStderrLog } from '../shared/stderr-log.ts';
import type { ContractObserver } from './observer.ts';

/** How the runtime serves a contract. Every option has a default. */
export interface ContractServerOptions {
  /** Counts what happens. Default: nothing is counted. */
  readonly observer?: ContractObserver;
  /** Where failures are logged. Default: warnings and errors on standard error; `silentLog` turns that off. */
  readonly log?: Log;
  /** The pages that may connect, such as `['https://app.example']`. Default: those of the host that they connect to. */
  readonly origins?: OriginPolicy | readonly string[];
  /** The largest message that a client may send, in bytes. Default: 65,536. */
  readonly maxMessageBytes?: number;
  /** The maximum number of connections; 0, the default, for no limit. */
  readonly maxConnections?: number;
  /** The maximum number of connections of one user; 0, the default, for no limit. */
  readonly maxConnectionsPerUser?: number;
  /** How long authentication and `accept` may take together. Default: 10,000. */
  readonly handshakeTimeoutMs?: number;
  /** A peer that shows no sign of life for one to two intervals is considered dead. Default: 30,000. */
  readonly pingIntervalMs?: number;
  /** How much may wait for a connection to be read before it is closed as a slow consumer, in bytes. Default: 1,048,576. */
  readonly maxBufferedBytes?: number;
  /** How long a socket may accept nothing before its connection is closed as a slow consumer. Default: 10,000. */
  readonly maxBufferedAgeMs?: number;
  /** How long a peer may take for its half of the closing handshake. Default: 5,000. */
  readonly closeTimeoutMs?: number;
  /**
   * The names by which operators set these options, such as `{ origins: 'ALLOWED_ORIGINS' }`. Logs and refusals use
   * them to say what to change. Default: the names of the options.
   */
  readonly settingNames?: SettingNames;
}

/** The options that can make a server refuse a handshake. */
export type RefusingOption = 'origins' | 'maxConnections' | 'maxConnectionsPerUser' | 'handshakeTimeoutMs';

export type SettingNames = Readonly<Partial<Record<RefusingOption, string>>>;

export interface ResolvedOptions extends Required<ContractServerOptions> {
  readonly origins: OriginPolicy;
}

/** Fills in the defaults, once for a server. */
export function resolveOptions(options: ContractServerOptions): ResolvedOptions {
  const { origins = defaults.origins } = options;
  return { ...defaults, log: createStderrLog(), ...options, origins: originPolicy(origins) };
}

const ignore = (): void => {};

const defaults: Omit<ResolvedOptions, 'log'> = {
  observer: {
    connectionOpened: ignore,
    connectionClosed: ignore,
    handshakeRefused: ignore,
    handshakeCompleted: ignore,
    messageSent: ignore,
    messageReceived: ignore,
    messageInvalid: ignore,
    messagePublished: ignore,
  },
  origins: { kind: 'same-origin' },
  maxMessageBytes: 65_536,
  maxConnections: 0,
  maxConnectionsPerUser: 0,
  handshakeTimeoutMs: 10_000,
  pingIntervalMs: 30_000,
  maxBufferedBytes: 1_048_576,
  maxBufferedAgeMs: 10_000,
  closeTimeoutMs: 5000,
  settingNames: {},
};
