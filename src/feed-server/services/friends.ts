import { PostedError } from 'posted/server';
import type { Tail } from '../feed/tail.ts';
import type { Store } from '../store/store.ts';

/** Directed friendships: `user` reads what `friend` posts. Both methods are idempotent and reject with PostedError. */
export interface Friends {
  set(user: string, friend: string): Promise<void>;
  delete(user: string, friend: string): Promise<void>;
}

export function createFriends(store: Store, tail: Pick<Tail, 'offer'>): Friends {
  return {
    async set(user, friend) {
      if (user === friend) throw new PostedError('invalid_request', 'You cannot be your own friend.');
      await mustExist(store, friend);
      const event = await store.appendFriendSet(user, friend);
      if (event !== null) tail.offer(event);
    },
    async delete(user, friend) {
      const event = await store.appendFriendDeleted(user, friend);
      if (event !== null) tail.offer(event);
      else await mustExist(store, friend);
    },
  };
}

async function mustExist(store: Store, user: string): Promise<void> {
  if ((await store.findUser(user)) === null) {
    throw new PostedError('not_found', 'There is no user with this id.');
  }
}
