import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CreateDatabase, draft } from './database.ts';

export function describeDelivery(create: CreateDatabase): void {
  describe('the history', () => {
    it('keeps its epoch until an operator begins a new one', async () => {
      const database = await create();
      const store = await database.open();
      const { epoch, floorSeq } = await store.history();
      expect(epoch).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(floorSeq).toBe(0);
      expect(await store.history()).toEqual({ epoch, floorSeq });
      const next = await store.startNewEpoch();
      expect(next).not.toBe(epoch);
      await store.close();
      expect((await (await database.open()).history()).epoch).toBe(next);
    });

    it('is pruned of old events but keeps their posts', async () => {
      const store = await (await create()).open();
      const posts = Array.from({ length: 2500 }, (_, index) => ({ ...draft(), createdAtMs: index }));
      await Promise.all(posts.map((post) => store.appendPost(post)));
      const { postId } = posts[0] ?? draft();
      expect(await store.prune(2400)).toBe(2400);
      expect((await store.history()).floorSeq).toBe(2400);
      const events = await store.eventsAfter(0, 1000);
      expect([events[0]?.seq, events.length]).toEqual([2401, 100]);
      expect(await store.findPost(postId)).not.toBeNull();
      expect(await store.prune(1000)).toBe(2400);
      expect((await store.history()).floorSeq).toBe(2400);
    });

    it('continues its seq after all events are pruned', async () => {
      const store = await (await create()).open();
      await store.appendPost({ ...draft(), createdAtMs: 1 });
      await store.appendPost({ ...draft(), createdAtMs: 2 });
      expect(await store.prune(3)).toBe(2);
      expect((await store.appendPost({ ...draft(), createdAtMs: 4 })).event?.seq).toBe(3);
      expect(await store.headSeq()).toBe(3);
    });
  });

  describe('a device cursor', () => {
    it('survives reopening, per user and device', async () => {
      const database = await create();
      const store = await database.open();
      const [ada, bob] = [randomUUID(), randomUUID()];
      expect(await store.findDeviceCursor(ada, 'phone')).toBeNull();
      await store.saveDeviceCursors([
        { user: ada, device: 'phone', seq: 5 },
        { user: ada, device: 'desk', seq: 6 },
        { user: bob, device: 'phone', seq: 7 },
      ]);
      await store.saveDeviceCursors([{ user: ada, device: 'phone', seq: 9 }]);
      await store.close();
      const again = await database.open();
      const found = [
        again.findDeviceCursor(ada, 'phone'),
        again.findDeviceCursor(ada, 'desk'),
        again.findDeviceCursor(bob, 'phone'),
        again.findDeviceCursor(bob, 'desk'),
      ];
      expect(await Promise.all(found)).toEqual([9, 6, 7, null]);
    });

    it('never moves backward', async () => {
      const store = await (await create()).open();
      const user = randomUUID();
      await store.saveDeviceCursors([{ user, device: 'phone', seq: 9 }]);
      await store.saveDeviceCursors([{ user, device: 'phone', seq: 4 }]);
      expect(await store.findDeviceCursor(user, 'phone')).toBe(9);
    });

    it('is the newest one of a batch', async () => {
      const store = await (await create()).open();
      const user = randomUUID();
      await store.saveDeviceCursors([5, 9, 7].map((seq) => ({ user, device: 'phone', seq })));
      expect(await store.findDeviceCursor(user, 'phone')).toBe(9);
    });

    it('can be saved with many others in a batch', async () => {
      const store = await (await create()).open();
      const cursors = Array.from({ length: 1201 }, (_, seq) => ({
        user: randomUUID(),
        device: 'phone',
        seq,
      }));
      await store.saveDeviceCursors(cursors);
      const last = cursors.at(-1);
      expect(await store.findDeviceCursor(last?.user ?? '', 'phone')).toBe(1200);
    });
  });
}
