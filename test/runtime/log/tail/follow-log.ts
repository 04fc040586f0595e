import { onTestFinished } from 'vitest';
import type { Position } from '../../../../src/runtime/log/cursor.ts';
import type { UnknownEvent } from '../../../../src/runtime/log/event.ts';
import { Tail } from '../../../../src/runtime/log/tail.ts';
import type { SkipReason, TailListener } from '../../../../src/runtime/log/tail-listener.ts';
import type { TailOptions } from '../../../../src/runtime/log/tail-options.ts';
import type { Log } from '../../../../src/runtime/shared/log.ts';

/** Longer than any test. */
export const never = 3_600_000;

/** What a tail has done. */
export interface Followed {
  readonly tail: Tail;
  readonly applied: number[];
  readonly skips: { readonly reason: SkipReason; readonly position: Position; readonly epoch: string }[];
  readonly stops: UnknownEvent[];
  /** How often it gave up. */
  readonly giveUps: () => number;
  /** Level and message of each record. */
  readonly logged: string[];
}

/** A tail that reads the log only when it is made to, unless the options say otherwise. */
export async function followLog(
  options: Omit<TailOptions, 'log'>,
  listener: Partial<TailListener> = {},
): Promise<Followed> {
  const applied: number[] = [];
  const skips: Followed['skips'] = [];
  const stops: UnknownEvent[] = [];
  const logged: string[] = [];
  let giveUps = 0;
  const record = (level: string) => (_: unknown, message: string) => void logged.push(`${level}: ${message}`);
  const log: Log = {
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
  };
  const tail = await Tail.start({ pollIntervalMs: never, gapTimeoutMs: never, ...options, log });
  onTestFinished(() => tail.close());
  tail.follow({
    apply: ({ seq }) => void applied.push(seq),
    beforeSkip: async () => {},
    skipped: (reason) => void skips.push({ reason, position: tail.position, epoch: tail.epoch }),
    stopped: (event) => void stops.push(event),
    gaveUp() {
      giveUps += 1;
    },
    ...listener,
  });
  await tail.catchUp();
  return { tail, applied, skips, stops, giveUps: () => giveUps, logged };
}
