import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CreateDatabase, countTo, draft, feed } from './database.ts';

export function describeFriends(create: CreateDatabase): void {
  describe('friendship', () => {
    it('is set in one direction, with an event', async () => {
      const store = await (await create()).open();
      const [user, friend] = [randomUUID(), randomUUID()];
      const before = Date.now();
      const event = await store.appendFriendSet(user, friend);
      expect(event).toEqual({ kind: 'friend-set', seq: 1, createdAtMs: expect.any(Number), user, friend });
      expect(event?.createdAtMs).toBeGreaterThanOrEqual(before);
      expect(event?.createdAtMs).toBeLessThanOrEqual(Date.now());
      expect(await store.eventsAfter(0, 10)).toEqual([event]);
      expect((await store.friendsOf(user)).map(({ id }) => id)).toEqual([friend]);
      expect((await store.friendsOf(friend)).map(({ id }) => id)).toEqual([]);
    });

    it('ends in one direction, with an event', async () => {
      const store = await (await create()).open();
      const [user, friend] = [randomUUID(), randomUUID()];
      await store.appendFriendSet(user, friend);
      await store.appendFriendSet(friend, user);
      const event = await store.appendFriendDeleted(user, friend);
      expect(event).toEqual({
        kind: 'friend-deleted',
        seq: 3,
        createdAtMs: expect.any(Number),
        user,
        friend,
      });
      expect((await store.eventsAfter(2, 10))[0]).toEqual(event);
      expect((await store.friendsOf(user)).map(({ id }) => id)).toEqual([]);
      expect((await store.friendsOf(friend)).map(({ id }) => id)).toEqual([user]);
    });

    it('appends nothing if nothing changes', async () => {
      const store = await (await create()).open();
      const [user, friend] = [randomUUID(), randomUUID()];
      expect(await store.appendFriendDeleted(user, friend)).toBeNull();
      await store.appendFriendSet(user, friend);
      expect(await store.appendFriendSet(user, friend)).toBeNull();
      await store.appendFriendDeleted(user, friend);
      expect(await store.appendFriendDeleted(user, friend)).toBeNull();
      expect(await store.headSeq()).toBe(2);
    });

    it('is set once by concurrent calls', async () => {
      const store = await (await create()).open();
      const [user, friend] = [randomUUID(), randomUUID()];
      const events = await Promise.all(countTo(20).map(() => store.appendFriendSet(user, friend)));
      expect(events.filter((event) => event !== null).length).toBe(1);
      expect((await store.friendsOf(user)).map(({ id }) => id)).toEqual([friend]);
      expect(await store.headSeq()).toBe(1);
    });

    it('can be set again after it ended', async () => {
      const store = await (await create()).open();
      const [user, friend] = [randomUUID(), randomUUID()];
      await store.appendFriendSet(user, friend);
      await store.appendFriendDeleted(user, friend);
      expect((await store.appendFriendSet(user, friend))?.seq).toBe(3);
      expect((await store.friendsOf(user)).map(({ id }) => id)).toEqual([friend]);
    });

    it('needs no account, since friends may come from another token issuer', async () => {
      const store = await (await create()).open();
      const [user, friend] = [randomUUID(), randomUUID()];
      await store.appendFriendSet(user, friend);
      await store.appendPost(draft({ author: friend, text: 'from elsewhere' }));
      expect((await feed(store, user)).posts).toMatchObject([{ text: 'from elsewhere' }]);
    });
  });
}
