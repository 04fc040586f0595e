import type { AliasedExpression, Kysely } from 'kysely';
import type { ColumnTypes } from 'posted/log';
import type { FeedTables } from './feed-tables.ts';

/**
 * Selects the newest posts of each friend of the user with a seq below `belowSeq`, at most `maxPerFriend` of each, in
 * any order.
 */
type NewestOfFriends = (
  db: Kysely<FeedTables>,
  range: { readonly user: string; readonly belowSeq: number; readonly maxPerFriend: number },
) => AliasedExpression<{ seq: number }, 'candidate'>;

/** Engines need different SQL to read only those rows. */
export const newestOfFriends: Readonly<Record<ColumnTypes['engine'], NewestOfFriends>> = {
  /** Without LATERAL, PostgreSQL would read every post of every friend. */
  postgres: (db, { user, belowSeq, maxPerFriend }) =>
    db
      .selectFrom('posted_membership as friend')
      .innerJoinLateral(
        (build) =>
          build
            .selectFrom('post')
            .select('post.seq')
            .whereRef('post.author', '=', 'friend.topic')
            .where('post.seq', '<', belowSeq)
            .orderBy('post.seq', 'desc')
            .limit(maxPerFriend)
            .as('newest'),
        (join) => join.onTrue(),
      )
      .select('newest.seq')
      .where('friend.user_id', '=', user)
      .as('candidate'),

  /** SQLite has no LATERAL: a subquery finds the oldest post wanted of each friend. */
  sqlite: (db, { user, belowSeq, maxPerFriend }) =>
    db
      .selectFrom('posted_membership as friend')
      .innerJoin('post', (join) =>
        join.onRef('post.author', '=', 'friend.topic').on('post.seq', '>=', (build) =>
          build.fn.coalesce(
            build
              .selectFrom('post as oldest')
              .select('oldest.seq')
              .whereRef('oldest.author', '=', 'friend.topic')
              .where('oldest.seq', '<', belowSeq)
              .orderBy('oldest.seq', 'desc')
              .limit(1)
              .offset(maxPerFriend - 1),
            build.lit(0),
          ),
        ),
      )
      .select('post.seq')
      .where('friend.user_id', '=', user)
      .where('post.seq', '<', belowSeq)
      .as('candidate'),
};
