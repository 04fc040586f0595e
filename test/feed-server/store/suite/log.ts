import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CreateDatabase, countTo, draft, readLog } from './database.ts';

export function describeLog(create: CreateDatabase): void {
  describe('the log', () => {
    it('starts empty', async () => {
      const store = await (await create()).open();
      expect(await store.headSeq()).toBe(0);
      expect(await store.eventsAfter(0, 10)).toEqual([]);
    });

    it('numbers 2,000 concurrent appends from 1 without gaps, although some fail', async () => {
      const store = await (await create()).open();
      const taken = draft();
      await store.appendPost(taken);
      const appends = countTo(2000).map((number) => {
        if (number % 20 === 0) return store.appendPost(draft({ postId: taken.postId }));
        if (number % 7 === 0) return store.appendFriendSet(randomUUID(), randomUUID());
        if (number % 11 === 0) return store.appendFriendDeleted(randomUUID(), randomUUID());
        return store.appendPost(draft({ text: `post ${number}` }));
      });
      const results = await Promise.allSettled(appends);

      const failed = results.filter((result) => result.status === 'rejected');
      expect(failed.map(({ reason }) => reason.code)).toEqual(Array(100).fill('internal'));
      const appended = results
        .map((result) => (result.status === 'fulfilled' ? result.value : null))
        .map((value) => (value !== null && 'event' in value ? value.event : value))
        .filter((event) => event !== null)
        .toSorted((a, b) => a.seq - b.seq);
      const events = await readLog(store);
      expect(events.map(({ seq }) => seq)).toEqual(countTo(appended.length + 1));
      expect(events.slice(1)).toEqual(appended);
      expect(await store.headSeq()).toBe(events.length);
    });

    it('keeps the order of one caller’s appends', async () => {
      const store = await (await create()).open();
      const [user, friend] = [randomUUID(), randomUUID()];
      await Promise.all([
        store.appendPost(draft()),
        store.appendFriendSet(user, friend),
        store.appendFriendDeleted(user, friend),
        store.appendFriendSet(user, friend),
      ]);
      expect((await readLog(store)).map(({ kind }) => kind)).toEqual([
        'post',
        'friend-set',
        'friend-deleted',
        'friend-set',
      ]);
      expect((await store.friendsOf(user)).map(({ id }) => id)).toEqual([friend]);
    });

    it('is read in contiguous pages', async () => {
      const store = await (await create()).open();
      await Promise.all(countTo(25).map(() => store.appendPost(draft())));
      expect((await store.eventsAfter(0, 10)).map(({ seq }) => seq)).toEqual(countTo(10));
      expect((await readLog(store, 10)).map(({ seq }) => seq)).toEqual(countTo(25));
      expect(await store.eventsAfter(25, 10)).toEqual([]);
      expect(await store.eventsAfter(1000, 10)).toEqual([]);
    });
  });
}
