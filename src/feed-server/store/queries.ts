import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { type NewestOfFriends, readFeed } from './feed-page.ts';
import { searchUsers, userColumns } from './search-users.ts';
import type { DeviceCursor, Friend, Store } from './store.ts';
import { type Tables, toEvent } from './tables.ts';

/** The operations whose statements are the same in every engine. */
export type Queries = Omit<
  Store,
  'appendPost' | 'appendFriendSet' | 'appendFriendDeleted' | 'ping' | 'close'
>;

/** Rows deleted per transaction, which bounds how long other writes wait. */
const pruneBatch = 1000;

/** Rows per statement: engines limit the number of parameters. */
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
      // Aggregated into one string: a row per friend takes twice as long to transfer.
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
      // Read first, so that events appended meanwhile are above the floor.
      const head = await headSeq();
      // Scans from the oldest event, so that only those to be deleted are read.
      const kept = await db
        .selectFrom('event')
        .select('seq')
        .where('created_at', '>=', beforeMs)
        .orderBy('seq')
        .limit(1)
        .executeTakeFirst();
      const floorSeq = kept === undefined ? head : kept.seq - 1;
      // The floor rises before the rows go, so that no reader looks for an event that is being deleted.
      await db.updateTable('meta').set({ floor_seq: floorSeq }).where('floor_seq', '<', floorSeq).execute();
      const oldest = await db
        .selectFrom('event')
        .select('seq')
        .where('seq', '<=', floorSeq)
        .orderBy('seq')
        .limit(1)
        .executeTakeFirst();
      for (let deletedTo = (oldest?.seq ?? floorSeq + 1) - 1; deletedTo < floorSeq; ) {
        deletedTo = Math.min(deletedTo + pruneBatch, floorSeq);
        await db.deleteFrom('event').where('seq', '<=', deletedTo).execute();
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

    async saveDeviceCursors(saved) {
      const cursors = newestPerDevice(saved);
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

    searchUsers: (search, options) => searchUsers(db, search, options),

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

    feedOf: (range, options) => readFeed(db, newestOfFriends, range, options),
  };
}

/** PostgreSQL refuses an upsert that contains a key twice. */
function newestPerDevice(cursors: readonly DeviceCursor[]): readonly DeviceCursor[] {
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
