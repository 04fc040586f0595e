import type { BrokerHost, BrokerUrl } from './broker-url.ts';

/**
 * One connection to an engine. It is never repaired: after any error it counts as lost and is replaced.
 */
export interface BrokerConnection {
  /** Resolves when the engine or the system has accepted the message. May never settle if the engine hangs. */
  publish(bytes: Buffer): Promise<void>;
  /** Closes the connection in an orderly way. May never settle if the engine hangs. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly url: BrokerUrl;
  /** Called with every message of the topic from the opening on, including those of this node. */
  readonly onMessage: (bytes: Uint8Array) => void;
  /** Called when the connection is lost. May be called repeatedly, and during the opening. */
  readonly onLost: (cause: unknown) => void;
  /** Once aborted, the connection is no longer used, whatever its state, and its sockets are destroyed. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when the connection is open and receives messages. Rejects with the error of the engine's client, which is
 * logged without the password.
 */
export type ConnectToBroker = (options: ConnectOptions) => Promise<BrokerConnection>;

/** The name of this server in an engine's list of connections. */
export const clientName = 'posted';

/** A random host of the cluster, so that retries do not always go to one that is down. */
export function pickHost(hosts: readonly BrokerHost[]): BrokerHost {
  const host = hosts[Math.floor(Math.random() * hosts.length)];
  if (host === undefined) throw new Error('the broker URL has no host');
  return host;
}
