import type { Log } from '../shared/log.ts';
import type { OriginPolicy } from '../shared/origin.ts';
import type { ContractObserver } from './observer.ts';

/** How the runtime serves a contract. What is left out has the value that its comment names. */
export interface ContractServerOptions {
  /** Who counts. Default: nobody. */
  readonly observer?: ContractObserver;
  /** Where failures are told. Default: nowhere. */
  readonly log?: Log;
  /** The pages that may connect. Default: those of the host that they connect to. */
  readonly origins?: OriginPolicy;
  /** The largest message that a client may send, in bytes. Default: 65,536. */
  readonly maxMessageBytes?: number;
  /** Connections in all; 0, the default, for no limit. */
  readonly maxConnections?: number;
  /** Connections of one user; 0, the default, for no limit. */
  readonly maxConnectionsPerUser?: number;
  /** How long authentication and `accept` may take together. Default: 10,000. */
  readonly handshakeTimeoutMs?: number;
  /** A peer that shows no sign of life for one to two of these is dead. Default: 30,000. */
  readonly pingIntervalMs?: number;
  /** What may wait for a connection to be read before it is closed as a slow consumer, in bytes. Default: 1,048,576. */
  readonly maxBufferedBytes?: number;
  /** How long a socket may take nothing before its connection is closed as a slow consumer. Default: 10,000. */
  readonly maxBufferedAgeMs?: number;
  /** How long a peer may take for its half of the closing handshake. Default: 5,000. */
  readonly closeTimeoutMs?: number;
}

/** Fills in the defaults, once for a server. */
export function resolveOptions(options: ContractServerOptions): Required<ContractServerOptions> {
  return { ...defaults, ...options };
}

const ignore = (): void => {};

const defaults: Required<ContractServerOptions> = {
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
  log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  origins: { kind: 'same-origin' },
  maxMessageBytes: 65_536,
  maxConnections: 0,
  maxConnectionsPerUser: 0,
  handshakeTimeoutMs: 10_000,
  pingIntervalMs: 30_000,
  maxBufferedBytes: 1_048_576,
  maxBufferedAgeMs: 10_000,
  closeTimeoutMs: 5000,
};
