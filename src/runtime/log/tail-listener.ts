import type { KnownEvent, UnknownEvent } from './event.ts';

/** Why the tail skips ahead: the next events were pruned, or the log has a new history. */
export type SkipReason = 'expired' | 'epoch';

/** Why a client cannot resume after its cursor: what follows is not in this log. */
export type ResetReason = SkipReason | 'future';

/** Follows the log. Its functions must not throw. */
export interface TailListener {
  /** Called once per event, strictly in seq order, without gaps except where the tail skips. */
  apply(event: KnownEvent): void;
  /** Called before a skip, which waits for it. If it rejects, the skip is retried. */
  beforeSkip(): Promise<void>;
  /** Called when `position` and `epoch` have changed: events were never applied, so all clients need a reset. */
  skipped(reason: SkipReason): void;
  /** Called once when the tail stops before an event of a later version. Clients should go to another node. */
  stopped(event: UnknownEvent): void;
  /** Called once per outage, when the log could not be read for too long. Clients should go to another node. */
  gaveUp(): void;
}
