import { describe } from 'vitest';
import { describeAvailability } from './suite/availability.ts';
import type { CreateDatabase } from './suite/database.ts';
import { describeDelivery } from './suite/delivery.ts';
import { describeFeed } from './suite/feed.ts';
import { describeFriends } from './suite/friends.ts';
import { describeIdempotency } from './suite/idempotency.ts';
import { describeLog } from './suite/log.ts';
import { describePosts } from './suite/posts.ts';
import { describeUsers } from './suite/users.ts';

/** Tests the guarantees of the interface Store on databases made by `create`. */
export function describeStore(name: string, create: CreateDatabase): void {
  describe(`${name} as a store`, () => {
    describeLog(create);
    describePosts(create);
    describeIdempotency(create);
    describeFriends(create);
    describeDelivery(create);
    describeFeed(create);
    describeUsers(create);
    describeAvailability(create);
  });
}
