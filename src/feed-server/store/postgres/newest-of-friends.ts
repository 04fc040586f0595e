import type { NewestOfFriends } from '../queries.ts';

/** PostgreSQL would look for the form without LATERAL at every post of every friend. */
export const newestOfFriends: NewestOfFriends = (db, user, reach) =>
  db
    .selectFrom('friend')
    .innerJoinLateral(
      (build) =>
        build
          .selectFrom('post')
          .select('post.seq')
          .whereRef('post.author', '=', 'friend.friend_id')
          .orderBy('post.seq', 'desc')
          .limit(reach)
          .as('newest'),
      (join) => join.onTrue(),
    )
    .select('newest.seq')
    .where('friend.user_id', '=', user)
    .as('candidate');
