import type { Log } from '../shared/log.ts';
import type { LogEngine } from './engine.ts';

export interface TailOptions {
  readonly engine: Pick<LogEngine, 'state' | 'eventsAfter' | 'beginEpoch'>;
  readonly log: Log;
  /** Whether this process offers every event, because no other can append. */
  readonly isSoleWriter?: boolean;
  /** How often the log is read even if nothing is offered. Default: 1000. */
  readonly pollIntervalMs?: number;
  /** How long an event may wait for missing earlier ones before they are read from the log. Default: 50. */
  readonly gapTimeoutMs?: number;
  /** The minimum time between refreshes, and between reads because of hints; those in between share the next one. Default: 5. */
  readonly refreshIntervalMs?: number;
  /** Default: 15,000. */
  readonly staleAfterMs?: number | undefined;
  /** Default: 120,000. */
  readonly giveUpMs?: number | undefined;
}
