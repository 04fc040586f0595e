import { describe, expect, it } from 'vitest';
import type { LogEngine } from '../../../../src/runtime/log/engine.ts';
import { type CreateDatabase, countTo, page, readLog } from './database.ts';
import { note, notesIn, notesOf } from './notes-application.ts';

const hourMs = 3_600_000;

/** Writes notes, and then shifts the times of the events with these seqs. */
async function writeAged(
  engine: LogEngine,
  count: number,
  ages: Readonly<Record<string, number>>,
): Promise<void> {
  const { create } = notesOf(engine);
  await Promise.all(countTo(count).map(() => create(note(), undefined)));
  await engine.transaction(async (transaction) => {
    for (const [condition, ageMs] of Object.entries(ages)) {
      await transaction.query(
        `update posted_event set created_at = created_at - ${ageMs} where ${condition}`,
      );
    }
  });
}

export function describeHistory(create: CreateDatabase): void {
  describe('the history', () => {
    it('keeps its epoch until another begins', async () => {
      const database = await create();
      const before = await database.open();
      const { epoch } = await before.state([]);
      expect((await before.state([])).epoch).toBe(epoch);
      const next = await before.beginEpoch(epoch);
      expect(next).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(next).not.toBe(epoch);
      await before.close();
      expect((await (await database.open()).state([])).epoch).toBe(next);
    });

    it('begins one epoch for all who ask for the end of the same', async () => {
      const engine = await (await create()).open();
      const { epoch } = await engine.state([]);
      const begun = new Set(await Promise.all(countTo(10).map(() => engine.beginEpoch(epoch))));
      expect(begun.size).toBe(1);
      expect((await engine.state([])).epoch).toBe([...begun][0]);
      expect(await engine.beginEpoch(epoch)).toBe([...begun][0]);
    });

    it('is pruned of events that are old by the database’s clock, but keeps their rows', async () => {
      const engine = await (await create()).open();
      await writeAged(engine, 2500, { 'seq <= 2400': hourMs });
      const [{ mark } = { mark: 0 }] = await engine.eventsAfter(2399, page);
      expect(await engine.prune(hourMs / 2)).toBe(2400);
      const { floorSeq, headSeq, marks } = await engine.state([5]);
      expect([floorSeq, headSeq, marks.get(2400), marks.has(5)]).toEqual([2400, 2500, mark, false]);
      const events = await readLog(engine);
      expect([events[0]?.seq, events.length]).toEqual([2401, 100]);
      expect((await notesIn(engine)).length).toBe(2500);
      expect(await engine.prune(hourMs / 2)).toBe(2400);
      expect(await engine.prune(2 * hourMs)).toBe(2400);
    });

    it('is pruned past events whose time is far ahead', async () => {
      const engine = await (await create()).open();
      await writeAged(engine, 10, { 'seq <= 8': hourMs, 'seq in (1, 5)': -365 * 24 * hourMs });
      expect(await engine.prune(hourMs / 2)).toBe(8);
      expect((await readLog(engine)).map(({ seq }) => seq)).toEqual([9, 10]);
    });

    it('continues its seq after all events are pruned', async () => {
      const engine = await (await create()).open();
      await writeAged(engine, 2, { 'seq <= 2': hourMs });
      expect(await engine.prune(hourMs / 2)).toBe(2);
      expect(await engine.state([])).toMatchObject({ floorSeq: 2, headSeq: 2 });
      expect(await notesOf(engine).create(note(), undefined)).toMatchObject({ seq: 3 });
    });
  });
}
