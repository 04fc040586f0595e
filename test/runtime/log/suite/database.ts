import type { LogEngine } from '../../../../src/runtime/log/engine.ts';
import type { LogEvent } from '../../../../src/runtime/log/event.ts';

/** A new database for one test, with the tables of notes-application.ts, deleted after the test. */
export interface TestDatabase {
  /** Opens an engine on the database. It is closed at the end of the test at the latest. */
  open(options?: {
    readonly maxPending?: number;
    readonly transactionTimeoutMs?: number;
  }): Promise<LogEngine>;
}

export type CreateDatabase = () => Promise<TestDatabase>;

export const page = { maxEvents: 1000, maxBytes: 10_000_000 };

/** All events, read in pages as a subscriber would. */
export async function readLog(engine: LogEngine, maxEvents = 500): Promise<readonly LogEvent[]> {
  const events: LogEvent[] = [];
  for (;;) {
    const some = await engine.eventsAfter(events.at(-1)?.seq ?? 0, { ...page, maxEvents });
    events.push(...some);
    if (some.length < maxEvents) return events;
  }
}

/** 1 to `count`. */
export function countTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** The payload of each event, parsed. */
export function payloadsOf(events: readonly LogEvent[]): readonly unknown[] {
  return events.map((event) =>
    'payload' in event && event.payload !== null ? JSON.parse(event.payload) : null,
  );
}
