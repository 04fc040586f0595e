import type { EngineTransaction, LogEngine } from './engine.ts';
import type { LogEvent } from './event.ts';
import type { EventLog } from './event-log.ts';
import { type KeyBounds, noKeyBounds } from './key-bounds.ts';
import { createOwnWrites } from './own-writes.ts';
import { registeredWrite } from './writes/registered-write.ts';

/**
 * The writes and reads of a log. `appended` is called with each event that they have appended, once it is on disk, and
 * `keyBounds` with the user of each new idempotency key.
 */
export function createEventLog(
  engine: LogEngine,
  appended: (event: LogEvent) => void,
  keyBounds: KeyBounds = noKeyBounds,
): Omit<EventLog, 'close'> {
  const register: LogEngine['register'] = (write) => {
    const run = engine.register(write);
    return async (row, key) => {
      const outcome = await run(row, key);
      if (outcome.event !== null) appended(outcome.event);
      return outcome;
    };
  };
  const { appendOne, ...own } = createOwnWrites(register, keyBounds);

  async function transaction<Result>(
    work: (transaction: EngineTransaction) => Promise<Result>,
  ): Promise<Result> {
    const events: LogEvent[] = [];
    const result = await engine.transaction((inner) =>
      work({
        query: (sql, parameters) => inner.query(sql, parameters),
        async append(drafts) {
          const some = await inner.append(drafts);
          events.push(...some);
          return some;
        },
      }),
    );
    for (const event of events) appended(event);
    return result;
  }

  return {
    write(definition) {
      const run = register(registeredWrite(definition));
      const userOfKey = definition.key?.user;
      return async (row, options) => {
        const { seq, isWritten, returned, first } = await run(row, options?.key);
        if (userOfKey !== undefined && options?.key !== undefined && isWritten)
          keyBounds.userKeyUsed(String(row[userOfKey]));
        return { seq, isWritten, returned, first };
      };
    },
    async append(events, { transaction: client } = {}) {
      if (client !== undefined) return await engine.appendIn(client, events);
      const [first] = events;
      if (first === undefined) return [];
      return events.length === 1
        ? [await appendOne(first)]
        : await transaction((inner) => inner.append(events));
    },
    ...own,
    transaction,
    topicsOf: (user) => engine.topicsOf(user),
    reads: (kind) => engine.reads(kind),
    ping: () => engine.ping(),
  };
}
