import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from 'posted/log';

/** The tables of the first version (commit 222631d) that the log replaces. `app_user` and `post` stay as they are. */
const replaced = ['event', 'head', 'meta', 'friend', 'device_cursor', 'post_key'] as const;

/**
 * Moves the log of the first version into that of the runtime. Epoch, seqs and floor stay the same, so all cursors stay
 * valid. A new database has none of these tables, and nothing is done.
 */
export function adoptFirstVersion({ engine }: ColumnTypes): Migration {
  const { hasReplaced, lock, friend, payload } = dialects[engine];
  return {
    async up(db) {
      const { rows } = await hasReplaced.execute(db);
      if (rows[0]?.found !== replaced.length) return;
      await lock(db);
      const statements = [
        sql`update posted_meta set epoch = meta.epoch, floor_seq = meta.floor_seq, floor_mark = 0 from meta`,
        sql`update posted_head set seq = head.seq from head`,
        sql`
          insert into posted_event (seq, mark, kind, channel, message, topic, entity, payload, created_at)
          select event.seq, 0, 'message', 'postFeedPosted', 'post', event.author, event.post_id, ${payload}, event.created_at
          from event left join post on post.seq = event.seq
          where event.kind = 'post'`,
        sql`
          insert into posted_event (seq, mark, kind, topic, member, requires, created_at)
          select seq, 0, case kind when 'friend-set' then 'join' else 'leave' end, ${friend}, author, '0.2.0', created_at
          from event
          where kind in ('friend-set', 'friend-deleted')`,
        sql`insert into posted_membership (user_id, topic, since_seq) select user_id, friend_id, since_seq from friend`,
        sql`
          insert into posted_device (user_id, device, epoch, seq, mark)
          select user_id, device, epoch, seq, 0 from device_cursor cross join meta`,
        sql`insert into posted_key (user_id, key, entity) select author, idem_key, post_id from post_key`,
      ];
      for (const statement of statements) await statement.execute(db);
      for (const table of replaced) await db.schema.dropTable(table).execute();
    },
  };
}

interface Dialect {
  /** How many of the replaced tables exist. */
  readonly hasReplaced: RawBuilder<{ readonly found: number }>;
  /** Keeps a server of the first version, which the log's own migration has not found connected, from writing. */
  readonly lock: (db: Kysely<unknown>) => Promise<void>;
  /** The friend of a `friend-set` or `friend-deleted` event. */
  readonly friend: RawBuilder<string>;
  /** The payload of the message `post`; null for a deleted post. */
  readonly payload: RawBuilder<string | null>;
}

const names = sql.join(replaced.map((name) => sql.lit(name)));

const dialects: Readonly<Record<ColumnTypes['engine'], Dialect>> = {
  sqlite: {
    hasReplaced: sql`select count(*) as found from sqlite_schema where type = 'table' and name in (${names})`,
    // Only one process has the file open.
    lock: async () => {},
    friend: sql`payload ->> '$.friend'`,
    payload: sql`
      case when post.id is not null
        then json_object('postId', post.id, 'postText', post.text, 'author_user_id', post.author)
      end`,
  },
  postgres: {
    hasReplaced: sql`
      select count(*)::integer as found from unnest(array[${names}]) as name where to_regclass(name) is not null`,
    async lock(db) {
      await sql`lock table head, event, meta, friend, device_cursor, post_key in access exclusive mode`.execute(
        db,
      );
    },
    friend: sql`payload::json ->> 'friend'`,
    // Without the spaces of json_build_object.
    payload: sql`
      case when post.id is not null
        then concat('{"postId":', to_json(post.id), ',"postText":', to_json(post.text),
          ',"author_user_id":', to_json(post.author), '}')
      end`,
  },
};
