import { describe, expect, it } from 'vitest';
import { type CreateDatabase, countTo, page, readLog } from './database.ts';
import { note, notesOf } from './notes-application.ts';

const row = { user_id: 'bob', topic: 'ada' };
const noTopics = { topics: [], sinceSeqs: [] };

export function describeMemberships(create: CreateDatabase): void {
  describe('a membership', () => {
    it('begins and ends with an event', async () => {
      const engine = await (await create()).open();
      const { join, leave } = notesOf(engine);
      const { event } = await join(row, undefined);
      const base = { mark: expect.any(Number), createdAtMs: expect.any(Number), topic: 'ada', user: 'bob' };
      expect(event).toEqual({ ...base, seq: 1, kind: 'join' });
      expect(await engine.topicsOf('bob')).toEqual({ topics: ['ada'], sinceSeqs: [1] });
      expect(await engine.topicsOf('ada')).toEqual(noTopics);
      expect(await leave(row, undefined)).toMatchObject({ event: { ...base, seq: 2, kind: 'leave' } });
      expect(await engine.topicsOf('bob')).toEqual(noTopics);
      expect(await engine.eventsAfter(0, page)).toEqual([
        event,
        expect.objectContaining({ seq: 2, kind: 'leave' }),
      ]);
    });

    it('is not written if nothing changes', async () => {
      const engine = await (await create()).open();
      const { join, leave } = notesOf(engine);
      const nothing = { seq: null, isWritten: false, event: null };
      expect(await leave(row, undefined)).toMatchObject(nothing);
      await join(row, undefined);
      expect(await join(row, undefined)).toMatchObject(nothing);
      await leave(row, undefined);
      expect(await leave(row, undefined)).toMatchObject(nothing);
      expect(await join(row, undefined)).toMatchObject({ seq: 3 });
      expect(await engine.topicsOf('bob')).toEqual({ topics: ['ada'], sinceSeqs: [3] });
      expect((await readLog(engine)).length).toBe(3);
    });

    it('begins once for concurrent calls', async () => {
      const engine = await (await create()).open();
      const { join } = notesOf(engine);
      const outcomes = await Promise.all(countTo(20).map(() => join(row, undefined)));
      expect(outcomes.filter(({ isWritten }) => isWritten).length).toBe(1);
      expect((await readLog(engine)).length).toBe(1);
    });

    it('begins only if the statement that decides changes something', async () => {
      const engine = await (await create()).open();
      const { create: write, like, joinLiked } = notesOf(engine);
      const liked = { user_id: 'bob', topic: 'n' };
      await write(note({ id: 'n' }), undefined);
      expect(await joinLiked(liked, undefined)).toMatchObject({ seq: null, isWritten: false });
      await like({ note_id: 'n', user_id: 'bob', readers: [] }, undefined);
      expect(await joinLiked(liked, undefined)).toMatchObject({ seq: 3, isWritten: true });
      expect(await engine.topicsOf('bob')).toEqual({ topics: ['n'], sinceSeqs: [3] });
    });

    it('lists all topics of a user', async () => {
      const engine = await (await create()).open();
      const { join } = notesOf(engine);
      const topics = countTo(500).map((number) => `topic "${number}"`);
      await Promise.all(topics.map((topic) => join({ user_id: 'bob', topic }, undefined)));
      const joined = await engine.topicsOf('bob');
      const seqs = new Map<string, number>();
      for (const event of await readLog(engine)) {
        if (event.kind === 'join') seqs.set(event.topic, event.seq);
      }
      expect(new Set(joined.topics)).toEqual(new Set(topics));
      expect(joined.sinceSeqs).toEqual(joined.topics.map((topic) => seqs.get(topic)));
    });
  });
}
