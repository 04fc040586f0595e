import type { Position } from '../cursor.ts';
import type { LogEvent, SentMessage } from '../event.ts';
import type { ResetReason } from '../tail-listener.ts';
import type { ReplaySource } from './replay.ts';

/** How a replay ended: it caught up, its events had expired, its client left, or the log could not be read. */
export type ReplayOutcome = 'live' | 'expired' | 'gone' | 'failed';

/** What all subscribers have in common. */
export interface SubscriberSource extends ReplaySource {
  /** The number of successful reads of the log: a position is known to be current if it has grown. */
  readCount(): number;
  /** The time since the last successful read. */
  staleMs(): number;
  /** The position before an event that is in memory. */
  positionBefore(event: LogEvent): Position;
  /**
   * Reports a message that this version does not know but that a client may have subscribed to. Returns the time after
   * which the client reconnects, to find a server that knows it.
   */
  unknownMessage(message: SentMessage): number;
  readonly observer: ReplayObserver;
}

export interface ReplayObserver {
  replayEnded(outcome: ReplayOutcome): void;
  resetSent(reason: ResetReason): void;
}
