import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { LogEngine, ReadKind } from '../../../../src/runtime/log/engine.ts';
import { countTo } from '../suite/database.ts';
import { type NoteTables, note, notesIn, notesOf } from '../suite/notes-application.ts';
import { makeDatabasePath, openEngine } from './open-engine.ts';

/** A query that counts to `limit`: some 20 million per second. */
const count = (engine: LogEngine, limit: number, kind?: ReadKind): Promise<unknown> =>
  sql`with recursive counter (n) as (values (1) union all select n + 1 from counter where n < ${limit})
    select count(*) from counter`.execute(engine.reads(kind));

const million = 1_000_000;

/** In ascending order. */
function nicenessOfThreads(): readonly number[] {
  const values = readdirSync('/proc/self/task').map((thread) => {
    const [, fields = ''] = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ');
    return Number(fields.split(' ')[16]);
  });
  return values.toSorted((a, b) => a - b);
}

describe('a read', () => {
  it('cannot write', async () => {
    const engine = await openEngine({ path: await makeDatabasePath() });
    const write = engine.reads<NoteTables>().deleteFrom('note').execute();
    await expect(write).rejects.toMatchObject({
      code: 'internal',
      cause: { message: expect.stringContaining('readonly') },
    });
  });

  it('delays neither writes nor reads of the log, however long it takes', async () => {
    const engine = await openEngine({ path: await makeDatabasePath(), readDeadlineMs: 60_000 });
    const { create } = notesOf(engine);
    await create(note(), undefined);
    await notesIn(engine);
    let areReading = true;
    const slow = Promise.all(countTo(4).map(() => count(engine, 6 * million))).finally(() => {
      areReading = false;
    });
    for (let written = 0; written < 20; written += 1) {
      await create(note(), undefined);
      await engine.state([]);
      await engine.ping();
    }
    expect(areReading).toBe(true);
    await slow;
  });

  it('does not wait for long ones', async () => {
    const engine = await openEngine({ path: await makeDatabasePath(), readDeadlineMs: 60_000 });
    await notesIn(engine);
    let ended = 0;
    const long = countTo(6).map(() =>
      count(engine, million, 'long').then(() => {
        ended += 1;
      }),
    );
    await notesIn(engine);
    expect(ended).toBeLessThan(3);
    await Promise.all(long);
  });

  it.runIf(process.platform === 'linux')('leaves the CPU to other threads if it is long', async () => {
    const engine = await openEngine({ path: await makeDatabasePath() });
    await notesIn(engine);
    const before = nicenessOfThreads();
    await count(engine, 1, 'long');
    expect(nicenessOfThreads()).toEqual([...before, getPriority() + 5].toSorted((a, b) => a - b));
  });

  it('rejects when it takes too long, and those that waited for its thread run in another', async () => {
    const engine = await openEngine({ path: await makeDatabasePath(), readThreads: 1, readDeadlineMs: 3000 });
    await notesIn(engine);
    const slow = count(engine, 100 * million).catch((thrown: unknown) => thrown);
    await wait(1500);
    expect(await notesIn(engine)).toEqual([]);
    expect(await slow).toMatchObject({ code: 'unavailable', retryAfterMs: 1000 });
  });

  it('does not run if its signal is aborted while it waits', async () => {
    const engine = await openEngine({
      path: await makeDatabasePath(),
      readThreads: 1,
      readDeadlineMs: 15_000,
    });
    await notesIn(engine);
    const first = count(engine, million);
    const abandoned = countTo(20).map(() => {
      const controller = new AbortController();
      const read =
        sql`with recursive counter (n) as (values (1) union all select n + 1 from counter where n < ${20 * million})
        select count(*) from counter`.execute(engine.reads(), { signal: controller.signal });
      setImmediate(() => controller.abort());
      return read.then(
        () => 'ran',
        () => 'aborted',
      );
    });
    await first;
    expect(await notesIn(engine)).toEqual([]);
    expect(new Set(await Promise.all(abandoned))).toEqual(new Set(['aborted']));
  });
});
