import type { BrokerHost, BrokerUrl } from './broker-url.ts';

/**
 * One connection to an engine, from its making to its end. It is never mended: when anything about it breaks it is
 * lost, and another is made.
 */
export interface Link {
  /** Resolves when the engine, or the system, has taken the message; it may never settle where the engine hangs. */
  publish(bytes: Buffer): Promise<void>;
  /** Says goodbye, which may hang where the engine does. */
  close(): Promise<void>;
}

export interface LinkOptions {
  readonly url: BrokerUrl;
  /** Every message of the topic from the opening on, our own included. */
  readonly onMessage: (bytes: Uint8Array) => void;
  /** The connection is lost. May be called more than once, and while it is opened. */
  readonly onLost: (cause: unknown) => void;
  /** Once aborted, the connection is of no use to anybody, in whatever state it is. Its sockets are destroyed then. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when the connection is made and messages come. Rejects with what the client of the engine says: it is
 * logged, without the password.
 */
export type OpenLink = (options: LinkOptions) => Promise<Link>;

/** How a server is called in an engine's list of connections. */
export const clientName = 'posted';

/** One of a cluster: another each time, so that one that is away is not asked again and again. */
export function anyOf(hosts: readonly BrokerHost[]): BrokerHost {
  const host = hosts[Math.floor(Math.random() * hosts.length)];
  if (host === undefined) throw new Error('the URL of the broker has no host');
  return host;
}
