import { describe, expect, it } from 'vitest';
import type { LogEngine } from '../../../../src/runtime/log/engine.ts';
import { type CreateDatabase, countTo, page, readLog } from './database.ts';
import { note, notesIn, notesOf } from './notes-application.ts';

const cursor = { epoch: 'e', seq: 1, mark: 1, fence: null };

/** One call of everything that an engine does except `close`. */
function callAll(engine: LogEngine): readonly Promise<unknown>[] {
  return [
    notesOf(engine).create(note(), undefined),
    engine.transaction(async (transaction) => await transaction.query('select 1 as one')),
    engine.eventsAfter(0, page),
    engine.state([]),
    engine.topicsOf('ada'),
    engine.beginEpoch('none'),
    engine.prune(1_000_000),
    engine.findDeviceCursor('ada', 'phone'),
    engine.saveDeviceCursors([{ user: 'ada', device: 'phone', ...cursor }]),
    engine.claimDevice({
      user: 'ada',
      device: 'desk',
      instance: 'a',
      attempt: 1,
      cursor: null,
      replaces: null,
    }),
    engine.devicesClaimedAfter(0, 10),
    notesIn(engine),
    engine.ping(),
  ];
}

/** The outcome of each call: 'fulfilled', or the error's code. */
export async function outcomes(engine: LogEngine): Promise<readonly string[]> {
  const results = await Promise.allSettled(callAll(engine));
  return results.map((result) => (result.status === 'fulfilled' ? 'fulfilled' : String(result.reason.code)));
}

export function describeAvailability(create: CreateDatabase): void {
  describe('the engine', () => {
    it('fulfills every call while it is open', async () => {
      const engine = await (await create()).open();
      expect(new Set(await outcomes(engine))).toEqual(new Set(['fulfilled']));
    });

    it('refuses writes beyond maxPending, and recovers', async () => {
      const engine = await (await create()).open({ maxPending: 3 });
      const { create: write } = notesOf(engine);
      const results = await Promise.allSettled(countTo(5).map(() => write(note(), undefined)));
      expect(results.map(({ status }) => status)).toEqual([
        ...countTo(3).map(() => 'fulfilled'),
        'rejected',
        'rejected',
      ]);
      expect(results[4]).toMatchObject({ reason: { code: 'unavailable', retryAfterMs: 1000 } });
      for (let round = 0; round < 5; round += 1) await write(note(), undefined);
      expect((await readLog(engine)).length).toBe(8);
    });

    it('completes pending calls when it is closed, and refuses new ones', async () => {
      const database = await create();
      const engine = await database.open();
      const { create: write } = notesOf(engine);
      const pending = countTo(100).map(() => write(note(), undefined));
      const reads = [engine.state([]), engine.eventsAfter(0, page)];
      const closed = engine.close();
      const refused = await Promise.allSettled([
        write(note(), undefined),
        engine.state([]),
        engine.transaction(async () => {}),
        notesIn(engine),
        engine.ping(),
      ]);
      expect(refused.map((result) => result.status === 'rejected' && result.reason.code)).toEqual(
        countTo(5).map(() => 'unavailable'),
      );
      await Promise.all([...pending, ...reads]);
      await closed;
      await engine.close();
      const again = await database.open();
      expect((await readLog(again)).length).toBe(100);
    });

    it('keeps everything across reopening', async () => {
      const database = await create();
      const before = await database.open();
      const { create: write, join, remove, edit } = notesOf(before);
      await write(note({ id: 'edited' }), 'key');
      await write(note({ id: 'deleted' }), undefined);
      await join({ user_id: 'bob', topic: 'ada' }, undefined);
      await edit({ id: 'edited', author: 'ada', text: 'after' }, undefined);
      await remove({ id: 'deleted', author: 'ada' }, undefined);
      const [log, notes, state] = [await readLog(before), await notesIn(before), await before.state([1, 2])];
      await before.close();

      const engine = await database.open();
      expect(await readLog(engine)).toEqual(log);
      expect(await notesIn(engine)).toEqual(notes);
      expect(await engine.state([1, 2])).toMatchObject({
        epoch: state.epoch,
        headSeq: 5,
        marks: state.marks,
      });
      expect(await engine.topicsOf('bob')).toEqual({ topics: ['ada'], sinceSeqs: [3] });
      expect(await notesOf(engine).create(note(), undefined)).toMatchObject({ seq: 6 });
    });
  });
}
