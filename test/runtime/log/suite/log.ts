import { describe, expect, it } from 'vitest';
import { type CreateDatabase, countTo, page, readLog } from './database.ts';
import { note, notesIn, notesOf } from './notes-application.ts';

export function describeLog(create: CreateDatabase): void {
  describe('the log', () => {
    it('starts empty', async () => {
      const engine = await (await create()).open();
      const state = await engine.state([1]);
      expect(state).toMatchObject({ floorSeq: 0, headSeq: 0 });
      expect(state.epoch).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect([...state.marks]).toEqual([[0, 0]]);
      expect(await engine.eventsAfter(0, page)).toEqual([]);
    });

    it('numbers 2,000 concurrent writes from 1 without gaps, although some fail or write nothing', async () => {
      const engine = await (await create()).open();
      const { create: write, createOnce, join, leave } = notesOf(engine);
      const taken = note();
      await write(taken, undefined);
      const results = await Promise.allSettled(
        countTo(2000).map((number) => {
          const row = { user_id: `user ${number}`, topic: 'ada' };
          if (number % 20 === 0) return write(note({ id: taken.id }), undefined);
          if (number % 13 === 0) return createOnce(note({ id: taken.id }), undefined);
          if (number % 7 === 0) return join(row, undefined);
          if (number % 11 === 0) return leave(row, undefined);
          return write(note({ text: `note ${number}` }), undefined);
        }),
      );

      const failed = results.filter((result) => result.status === 'rejected');
      expect(failed.map(({ reason }) => reason.code)).toEqual(Array(100).fill('internal'));
      const written = results
        .flatMap((result) => (result.status === 'fulfilled' ? (result.value.event ?? []) : []))
        .toSorted((a, b) => a.seq - b.seq);
      const events = await readLog(engine);
      expect(events.slice(1)).toEqual(written);
      expect(events.map(({ seq }) => seq)).toEqual(countTo(events.length));
      expect(events.length).toBeGreaterThan(1400);
      const { headSeq } = await engine.state([]);
      expect(headSeq).toBe(events.length);
      expect((await notesIn(engine)).map(({ seq }) => seq)).toEqual(
        events.filter(({ kind }) => kind === 'message').map(({ seq }) => seq),
      );
    });

    it('keeps the order of one caller’s writes of the same kind', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      const notes = countTo(100).map((number) => note({ id: `note ${number}` }));
      await Promise.all(notes.map((each) => write(each, undefined)));
      expect((await notesIn(engine)).map(({ id }) => id)).toEqual(notes.map(({ id }) => id));
    });

    it('is read in contiguous pages of limited length', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      await Promise.all(countTo(25).map(() => write(note(), undefined)));
      const first = await engine.eventsAfter(0, { ...page, maxEvents: 10 });
      expect(first.map(({ seq }) => seq)).toEqual(countTo(10));
      expect((await readLog(engine, 10)).map(({ seq }) => seq)).toEqual(countTo(25));
      expect(await engine.eventsAfter(25, page)).toEqual([]);
      expect(await engine.eventsAfter(1000, page)).toEqual([]);
    });

    it('is read in pages of limited size, with at least one event', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      for (const length of [100, 100, 5000, 100]) await write(note({ text: 'ä'.repeat(length) }), undefined);
      const seqsAfter = async (afterSeq: number, maxBytes: number) =>
        (await engine.eventsAfter(afterSeq, { maxEvents: 100, maxBytes })).map(({ seq }) => seq);
      // The text alone is 200 bytes in UTF-8.
      expect(await seqsAfter(0, 10)).toEqual([1]);
      expect(await seqsAfter(0, 1000)).toEqual([1, 2]);
      expect(await seqsAfter(2, 1000)).toEqual([3]);
      expect(await seqsAfter(0, 20_000)).toEqual([1, 2, 3, 4]);
    });

    it('gives each event a mark and the time of the database', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      const before = await engine.state([]);
      const outcomes = await Promise.all(countTo(5).map(() => write(note(), undefined)));
      const { marks, nowMs } = await engine.state([1, 2, 3, 9]);
      const events = outcomes.map(({ event }) => event);
      expect(new Set(events.map((event) => event?.mark)).size).toBe(5);
      for (const event of events) {
        expect(event?.mark).toBeGreaterThan(0);
        expect(event?.createdAtMs).toBeGreaterThanOrEqual(before.nowMs);
        expect(event?.createdAtMs).toBeLessThanOrEqual(nowMs);
      }
      const expected = [0, 1, 2, 3, 5].map((seq) => [seq, seq === 0 ? 0 : events[seq - 1]?.mark]);
      expect([...marks].toSorted(([a], [b]) => a - b)).toEqual(expected);
      expect((await notesIn(engine))[0]?.created_at).toBe(events[0]?.createdAtMs);
    });

    it('reads what was written before the read began', async () => {
      const engine = await (await create()).open();
      const { create: write } = notesOf(engine);
      for (const number of countTo(50)) {
        await write(note(), undefined);
        const [{ headSeq }, notes] = await Promise.all([engine.state([]), notesIn(engine)]);
        expect([headSeq, notes.length]).toEqual([number, number]);
      }
    });
  });
}
