import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../../src/feed-server/store/store.ts';
import { type CreateDatabase, countTo, draft, feed, readLog, search, user } from './database.ts';

const id = randomUUID();

/** One call of every method except `close`. */
const calls: Readonly<Record<Exclude<keyof Store, 'close'>, (store: Store) => Promise<unknown>>> = {
  appendPost: (store) => store.appendPost(draft()),
  appendFriendSet: (store) => store.appendFriendSet(id, randomUUID()),
  appendFriendDeleted: (store) => store.appendFriendDeleted(id, id),
  eventsAfter: (store) => store.eventsAfter(0, 1),
  headSeq: (store) => store.headSeq(),
  history: (store) => store.history(),
  startNewEpoch: (store) => store.startNewEpoch(),
  prune: (store) => store.prune(0),
  findDeviceCursor: (store) => store.findDeviceCursor(id, 'phone'),
  saveDeviceCursors: (store) => store.saveDeviceCursors([{ user: id, device: 'phone', seq: 1 }]),
  friendsOf: (store) => store.friendsOf(id),
  insertUser: (store) => store.insertUser(user(), 'hash'),
  findUser: (store) => store.findUser(id),
  findPasswordHash: (store) => store.findPasswordHash(id),
  searchUsers: (store) => search(store, 'a', 'b'),
  findPost: (store) => store.findPost(id),
  updatePost: (store) => store.updatePost(id, id, 'text'),
  deletePost: (store) => store.deletePost(id, id),
  feedOf: (store) => feed(store, id),
  ping: (store) => store.ping(),
};

/** The outcome of each call: 'fulfilled', or the error's code. */
export async function outcomes(store: Store): Promise<readonly string[]> {
  const results = await Promise.allSettled(Object.values(calls).map((call) => call(store)));
  return results.map((result) => (result.status === 'fulfilled' ? 'fulfilled' : String(result.reason.code)));
}

export function describeAvailability(create: CreateDatabase): void {
  describe('the store', () => {
    it('fulfills every call while it is open', async () => {
      const store = await (await create()).open();
      expect(new Set(await outcomes(store))).toEqual(new Set(['fulfilled']));
    });

    it('refuses calls beyond maxPending, and recovers', async () => {
      const store = await (await create()).open({ maxPending: 3 });
      const results = await Promise.allSettled([
        store.appendPost(draft()),
        store.headSeq(),
        store.appendPost(draft()),
        store.appendPost(draft()),
        store.ping(),
      ]);
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        'fulfilled',
        'fulfilled',
        'rejected',
        'rejected',
      ]);
      expect(results[3]).toMatchObject({ reason: { code: 'unavailable', retryAfterMs: 1000 } });
      expect(await store.headSeq()).toBe(2);
      for (let round = 0; round < 5; round += 1) await store.appendPost(draft());
      expect(await store.headSeq()).toBe(7);
    });

    it('completes pending calls when it is closed, and refuses new ones', async () => {
      const database = await create();
      const store = await database.open();
      const pending = countTo(100).map(() => store.appendPost(draft()));
      const read = store.headSeq();
      const closed = store.close();
      expect(new Set(await outcomes(store))).toEqual(new Set(['unavailable']));
      await Promise.all([...pending, read]);
      await closed;
      await store.close();
      expect(new Set(await outcomes(store))).toEqual(new Set(['unavailable']));
      expect(await (await database.open()).headSeq()).toBe(100);
    });

    it('keeps everything across reopening', async () => {
      const database = await create();
      const [ada, posted, deleted] = [user(), draft({ text: 'before' }), draft()];
      const before = await database.open();
      await before.insertUser(ada, 'hash');
      await before.appendPost(posted);
      await before.appendPost(deleted);
      await before.appendFriendSet(ada.id, posted.author);
      await before.updatePost(posted.postId, posted.author, 'after');
      await before.deletePost(deleted.postId, deleted.author);
      const log = await readLog(before);
      await before.close();

      const store = await database.open();
      expect(await readLog(store)).toEqual(log);
      expect(await store.headSeq()).toBe(3);
      expect(await store.findUser(ada.id)).toEqual(ada);
      expect(await store.findPasswordHash(ada.id)).toBe('hash');
      expect((await store.friendsOf(ada.id)).map((friend) => friend.id)).toEqual([posted.author]);
      expect((await feed(store, ada.id)).posts).toMatchObject([{ id: posted.postId, text: 'after' }]);
      expect((await store.appendPost(draft())).event?.seq).toBe(4);
    });
  });
}
