import type { EventLog } from 'posted/log';
import { PostedError } from 'posted/server';
import type { FeedQueries } from '../store/feed-queries.ts';
import { unknownUser } from './unknown-user.ts';

/**
 * Directed friendships: `user` reads what `friend` posts, so `user` joins the topic `friend`. Both methods are
 * idempotent and reject with PostedError.
 */
export interface Friends {
  set(user: string, friend: string): Promise<void>;
  delete(user: string, friend: string): Promise<void>;
}

export interface FriendsDeps {
  readonly log: Pick<EventLog, 'join' | 'leave'>;
  readonly queries: FeedQueries;
  /** Whether all users are registered here. Those of another issuer are known by their tokens only. */
  readonly areUsersRegistered: boolean;
}

export function createFriends({ log, queries, areUsersRegistered }: FriendsDeps): Friends {
  async function mustExist(user: string): Promise<void> {
    if (areUsersRegistered && (await queries.findUser(user)) === null) {
      throw unknownUser();
    }
  }

  return {
    async set(user, friend) {
      if (user === friend) throw new PostedError('invalid_request', 'You cannot be your own friend.');
      await mustExist(friend);
      await log.join(user, friend);
    },
    async delete(user, friend) {
      if (!(await log.leave(user, friend))) await mustExist(friend);
    },
  };
}
