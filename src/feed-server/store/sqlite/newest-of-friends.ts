import type { NewestOfFriends } from '../queries.ts';

/** SQLite has no LATERAL: it looks up from which post on each friend's posts are wanted. */
export const newestOfFriends: NewestOfFriends = (db, user, reach) =>
  db
    .selectFrom('friend')
    .innerJoin('post', (join) =>
      join.onRef('post.author', '=', 'friend.friend_id').on('post.seq', '>=', (build) =>
        build.fn.coalesce(
          build
            .selectFrom('post as oldest')
            .select('oldest.seq')
            .whereRef('oldest.author', '=', 'friend.friend_id')
            .orderBy('oldest.seq', 'desc')
            .limit(1)
            .offset(reach - 1),
          build.lit(0),
        ),
      ),
    )
    .select('post.seq')
    .where('friend.user_id', '=', user)
    .as('candidate');
