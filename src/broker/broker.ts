import type { FeedEvent } from '../store/event.ts';

/**
 * How the servers of one database tell each other at once that its log has grown. What every broker
 * guarantees:
 *
 * - Nothing about delivery: a hint may be lost, repeated, late or out of order. The log alone is true;
 *   whoever sees a gap between the seqs reads it.
 * - `publish` never waits and never throws, whatever the engine behind the broker does. What cannot be sent
 *   yet takes a bounded amount of memory: in the end only the newest seq is kept.
 * - `up` means that what this server published has come back to it. All that was published while the broker
 *   was down may be missing, so that `onUp` is the time to read the log. After that, hints that are lost are
 *   only noticed by the next one.
 * - `down` is told a few seconds after the last sign of life, and at once where the connection is lost. A
 *   broker that is down is tried again for ever, with pauses of at most seconds.
 */
export interface Broker {
  readonly state: BrokerState;
  /** Connects, and connects again whenever that is lost, until it is closed. Called once. */
  start(listener: BrokerListener): void;
  /** Tells the other servers of an event that is in the log. */
  publish(event: FeedEvent): void;
  /** Resolves when nothing is left that would keep the process alive, which takes at most a few seconds. */
  close(): Promise<void>;
}

export type BrokerState = 'up' | 'down';

/** Nothing of it may throw. */
export interface BrokerListener {
  onHint(hint: Hint): void;
  onUp(): void;
}

/** What another server has said. */
export interface Hint {
  /** The newest event that the other server tells of; 0 for none. */
  readonly headSeq: number;
  /** Events that it has added, ascending. Those before them may be missing, and the newest. */
  readonly events: readonly FeedEvent[];
}

/** What a broker tells whoever counts. */
export interface BrokerObserver {
  brokerChanged(state: BrokerState): void;
  hintPublished(): void;
  hintReceived(): void;
  hintDropped(reason: DropReason): void;
}

/** Why a message of our topic is not a hint for us. */
export type DropReason = (typeof dropReasons)[number];

export const dropReasons = ['foreign', 'newer_version', 'other_epoch'] as const;
