import { createSharedLimits } from '../log/index.ts';
import { type Limiter, memoryLimiter } from '../shared/limits/limiter.ts';
import type { Log } from '../shared/log.ts';
import type { ServedLog } from './served-log.ts';

/** What counts the limits of a server. */
export interface ServedLimits {
  readonly limiter: Limiter;
  /** Connects it, as soon as there are limits. May be called repeatedly. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface ServedLimitsOptions {
  /** That of the application, if it has one. */
  readonly limiter: Limiter | undefined;
  /** A broker's URL, or a bus, which cannot count. */
  readonly hints: unknown;
  readonly eventLog: ServedLog | undefined;
  /** The title of the contract, which tells applications on one broker apart. */
  readonly application: string;
  readonly log: Log;
}

/** Counts in Redis if the nodes are connected by it, and otherwise in the memory of this process. */
export function createServedLimits(options: ServedLimitsOptions): ServedLimits {
  const { limiter, hints, eventLog, application, log } = options;
  const own = typeof hints === 'string' && limiter === undefined ? createSharedLimits(hints, { log }) : null;
  const shared = limiter === undefined ? (own ?? eventLog?.sharedLimits) : null;
  return {
    limiter: limiter ?? shared?.limiterOf(application) ?? memoryLimiter,
    start: async () => shared?.start(),
    // Those of the log are closed with it.
    close: async () => own?.close(),
  };
}
