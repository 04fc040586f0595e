import { randomUUID } from 'node:crypto';
import { type AliasedExpression, type Kysely, sql } from 'kysely';
import { toEvent } from './event-row.ts';
import { prefixEnd } from './prefix.ts';
import type { DeviceCursor, Friend, Store } from './store.ts';
import type { Tables } from './tables.ts';

/** What one statement does that all engines understand. */
export type Queries = Omit<
  Store,
  'appendPost' | 'appendFriendSet' | 'appendFriendDeleted' | 'ping' | 'close'
>;

/**
 * The newest posts of each friend of the user, at most `reach` of each, in no order. Engines differ in
 * how they are told to look at no others.
 */
export type NewestOfFriends = (
  db: Kysely<Tables>,
  user: string,
  reach: number,
) => AliasedExpression<{ seq: number }, 'candidate'>;

const userColumns = [
  'id',
  'first_name as firstName',
  'second_name as secondName',
  'birthdate',
  'biography',
  'city',
] as const;

/** Rows removed in one transaction: other writes wait no longer than it takes. */
const pruneBatch = 1000;

/** Rows in one statement: engines bound its parameters. */
const cursorBatch = 500;

export function createQueries(db: Kysely<Tables>, newestOfFriends: NewestOfFriends): Queries {
  async function headSeq(): Promise<number> {
    const { seq } = await db.selectFrom('head').select('seq').executeTakeFirstOrThrow();
    return seq;
  }

  return {
    async eventsAfter(afterSeq, limit) {
      const rows = await db
        .selectFrom('event')
        .leftJoin('post', 'post.seq', 'event.seq')
        .selectAll('event')
        .select('post.text')
        .where('event.seq', '>', afterSeq)
        .orderBy('event.seq')
        .limit(limit)
        .execute();
      return rows.map(toEvent);
    },

    headSeq,

    async friendsOf(user) {
      // All in one text: a row for each costs twice as much on its way here.
      const { friends } = await db
        .selectFrom('friend')
        .select(sql<string | null>`string_agg(friend_id || ' ' || since_seq, ',')`.as('friends'))
        .where('user_id', '=', user)
        .executeTakeFirstOrThrow();
      return friends === null ? [] : friends.split(',').map(toFriend);
    },

    async history() {
      return await db.selectFrom('meta').select(['epoch', 'floor_seq as floorSeq']).executeTakeFirstOrThrow();
    },

    async startNewEpoch() {
      const epoch = randomUUID();
      await db.updateTable('meta').set({ epoch }).execute();
      return epoch;
    },

    async prune(beforeMs) {
      // Read first: what is appended meanwhile is above it, and stays.
      const head = await headSeq();
      // From the oldest on, so that only what is to go is looked at.
      const kept = await db
        .selectFrom('event')
        .select('seq')
        .where('created_at', '>=', beforeMs)
        .orderBy('seq')
        .limit(1)
        .executeTakeFirst();
      const floorSeq = kept === undefined ? head : kept.seq - 1;
      // A reader that is told of the floor never looks for what is about to go.
      await db.updateTable('meta').set({ floor_seq: floorSeq }).where('floor_seq', '<', floorSeq).execute();
      const oldest = await db
        .selectFrom('event')
        .select('seq')
        .where('seq', '<=', floorSeq)
        .orderBy('seq')
        .limit(1)
        .executeTakeFirst();
      for (let gone = (oldest?.seq ?? floorSeq + 1) - 1; gone < floorSeq; ) {
        gone = Math.min(gone + pruneBatch, floorSeq);
        await db.deleteFrom('event').where('seq', '<=', gone).execute();
      }
      const { floor_seq } = await db.selectFrom('meta').select('floor_seq').executeTakeFirstOrThrow();
      return floor_seq;
    },

    async findDeviceCursor(user, device) {
      const row = await db
        .selectFrom('device_cursor')
        .select('seq')
        .where('user_id', '=', user)
        .where('device', '=', device)
        .executeTakeFirst();
      return row?.seq ?? null;
    },

    async saveDeviceCursors(given) {
      const cursors = newestOfEach(given);
      for (let start = 0; start < cursors.length; start += cursorBatch) {
        await db
          .insertInto('device_cursor')
          .values(
            cursors
              .slice(start, start + cursorBatch)
              .map(({ user, device, seq }) => ({ user_id: user, device, seq })),
          )
          .onConflict((conflict) =>
            conflict
              .columns(['user_id', 'device'])
              .doUpdateSet((build) => ({ seq: build.ref('excluded.seq') }))
              .whereRef('excluded.seq', '>', 'device_cursor.seq'),
          )
          .execute();
      }
    },

    async insertUser({ id, firstName, secondName, birthdate, biography, city }, passwordHash) {
      await db
        .insertInto('app_user')
        .values({
          id,
          first_name: firstName,
          second_name: secondName,
          birthdate,
          biography,
          city,
          password_hash: passwordHash,
        })
        .execute();
    },

    async findUser(id) {
      const row = await db.selectFrom('app_user').select(userColumns).where('id', '=', id).executeTakeFirst();
      return row ?? null;
    },

    async findPasswordHash(userId) {
      const row = await db
        .selectFrom('app_user')
        .select('password_hash')
        .where('id', '=', userId)
        .executeTakeFirst();
      return row?.password_hash ?? null;
    },

    async searchUsers(firstNamePrefix, secondNamePrefix, limit) {
      const firstNameEnd = prefixEnd(firstNamePrefix);
      const secondNameEnd = prefixEnd(secondNamePrefix);
      return await db
        .selectFrom('app_user')
        .select(userColumns)
        .where('first_name', '>=', firstNamePrefix)
        .$if(firstNameEnd !== null, (query) => query.where('first_name', '<', firstNameEnd))
        .where('second_name', '>=', secondNamePrefix)
        .$if(secondNameEnd !== null, (query) => query.where('second_name', '<', secondNameEnd))
        .orderBy('id')
        .limit(limit)
        .execute();
    },

    async findPost(id) {
      const row = await db
        .selectFrom('post')
        .select(['id', 'author', 'text'])
        .where('id', '=', id)
        .executeTakeFirst();
      return row ?? null;
    },

    async updatePost(id, author, text) {
      const { numUpdatedRows } = await db
        .updateTable('post')
        .set({ text })
        .where('id', '=', id)
        .where('author', '=', author)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },

    async deletePost(id, author) {
      const { numDeletedRows } = await db
        .deleteFrom('post')
        .where('id', '=', id)
        .where('author', '=', author)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },

    async feedOf(user, offset, limit) {
      // No friend has more than this many posts on the page or before it, so that the older ones of
      // each need no look: the cost is that of the friends times the page, not of all their posts.
      const reach = Math.min(offset + limit, Number.MAX_SAFE_INTEGER);
      const page = db
        .selectFrom(newestOfFriends(db, user, reach))
        .select('candidate.seq')
        .orderBy('candidate.seq', 'desc')
        .limit(limit)
        .offset(offset);
      return await db
        .selectFrom(page.as('page'))
        .innerJoin('post', 'post.seq', 'page.seq')
        .select(['post.id', 'post.author', 'post.text'])
        .orderBy('post.seq', 'desc')
        .execute();
    },
  };
}

/** No engine but the embedded one takes two rows of one key in a statement that merges rows. */
function newestOfEach(cursors: readonly DeviceCursor[]): readonly DeviceCursor[] {
  const newest = new Map<string, DeviceCursor>();
  for (const cursor of cursors) {
    const key = `${cursor.user} ${cursor.device}`;
    if (cursor.seq > (newest.get(key)?.seq ?? -1)) newest.set(key, cursor);
  }
  return [...newest.values()];
}

function toFriend(text: string): Friend {
  const [id = '', sinceSeq] = text.split(' ');
  return { id, sinceSeq: Number(sinceSeq) };
}
