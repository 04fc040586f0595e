/**
 * Carries messages between the nodes of an application. Every bus guarantees:
 *
 * - At most once: a message may be lost, and is stored nowhere. The messages of one node arrive in the order in which
 *   it published them, if the engine keeps that order, and never at that node itself.
 * - `publish` never waits and never throws, whatever the state of the bus. What cannot be sent yet takes a bounded amount
 *   of memory for a few seconds; beyond that, the oldest messages are dropped and reported.
 * - A bus that is down is retried forever, with pauses of a few seconds at most.
 */
export interface Bus {
  readonly state: BusState;
  /**
   * The ids of the other nodes that are using the bus. A node that is killed leaves it within 5 s. A new one may be
   * missing for half a second after the bus is up.
   */
  readonly nodes: ReadonlySet<string>;
  /**
   * Joins the bus until `close`. Call it once.
   *
   * @throws Error if the bus can never be used, because a package is not installed
   */
  start(listener: BusListener): Promise<void>;
  publish(message: Uint8Array): void;
  /** Sends what is pending, and leaves. Resolves once nothing keeps the process alive anymore, after a few seconds at most. */
  close(): Promise<void>;
}

/** `up` means that messages of this node reach the bus. */
export type BusState = 'up' | 'down';

/** Must not throw. */
export interface BusListener {
  /** `node` is the id of the sender, which is new with each start. */
  onMessage(message: Uint8Array, node: string): void;
  onChange(state: BusState): void;
  /** A message was dropped, before it was sent or after it was received. */
  onDropped(reason: BusDropReason): void;
}

/** Why a bus drops a message. */
export type BusDropReason = (typeof busDropReasons)[number];

export const busDropReasons = [
  /** Received: not a message of this bus. Another program publishes on the topic. */
  'foreign',
  /** Received: a node of a newer version sent it. */
  'newer_version',
  /** Larger than `maxBusMessageBytes`. */
  'too_large',
  /** Not sent: too much was pending. */
  'overflow',
  /** Not sent: the bus was down for too long. */
  'expired',
] as const;

/** The largest message: Kafka and NATS accept 1 MiB with its envelope. */
export const maxBusMessageBytes = 1_000_000;
