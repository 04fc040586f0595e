import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DeployedState } from '../../deployed/deployed-state.ts';
import { makeDataDir } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import { runNode } from '../../support/server-process.ts';

const deployed = join(import.meta.dirname, '../../deployed/222631d');

/** The parts of the deployed data that the fixtures lack: a floor, a deleted post and a friendship that ended. */
const more = `
  update meta set floor_seq = 1;
  delete from event where seq = 1;
  delete from post where seq = (select max(seq) from post);
  insert into event (seq, kind, author, payload, created_at)
    select seq + 1, 'friend-deleted', 'the user', '{"friend":"the friend"}', 5 from head;
  update head set seq = seq + 1;`;

type Rows = readonly Readonly<Record<string, unknown>>[];

interface OldDatabase {
  readonly env: Readonly<Record<string, string>>;
  readonly state: DeployedState;
  query(sql: string): Promise<Rows>;
}

const migrate = ({ env }: OldDatabase) => runNode(['src/feed-server/commands/migrate.ts'], env);

const tablesOf = {
  embedded: `select name from sqlite_schema where type = 'table' order by name`,
  postgres: `select tablename as name from pg_tables where schemaname = current_schema() order by name`,
};

function describeAdoption(engine: 'embedded' | 'postgres', open: () => Promise<OldDatabase>): void {
  it('keeps the epoch, the seqs and the floor, so that cursors stay valid', async () => {
    const database = await open();
    const before = await database.query('select epoch, floor_seq, seq as head_seq from meta cross join head');
    const events = await database.query('select seq, created_at from event order by seq');
    expect(await migrate(database)).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') });
    expect(
      await database.query(
        'select epoch, floor_seq, seq as head_seq from posted_meta cross join posted_head',
      ),
    ).toEqual(before);
    expect(await database.query('select floor_mark from posted_meta')).toEqual([
      { floor_mark: zero(engine) },
    ]);
    expect(await database.query('select seq, created_at from posted_event order by seq')).toEqual(events);
    expect(await database.query('select distinct mark from posted_event')).toEqual([{ mark: zero(engine) }]);
  });

  it('turns posts into messages with their current text, and friendships into memberships', async () => {
    const database = await open();
    const { posts, friends, users } = database.state;
    expect(await migrate(database)).toMatchObject({ code: 0 });
    const messages = await database.query(
      `select channel, message, topic, entity, payload, requires from posted_event where kind = 'message' order by seq`,
    );
    expect(messages.map(({ payload, ...rest }) => ({ ...rest, payload: parse(payload) }))).toEqual(
      posts.map(({ id, text, author }, index) => ({
        channel: 'postFeedPosted',
        message: 'post',
        topic: author,
        entity: id,
        requires: null,
        payload: index === posts.length - 1 ? null : { postId: id, postText: text, author_user_id: author },
      })),
    );
    expect(
      await database.query(
        `select kind, topic, member, channel, payload, requires from posted_event where kind <> 'message' order by seq`,
      ),
    ).toEqual([
      ...friends.slice(1).map(({ user, friend }) => membership('join', user, friend)),
      membership('leave', 'the user', 'the friend'),
    ]);
    expect(await database.query('select user_id, topic from posted_membership order by since_seq')).toEqual(
      friends.map(({ user, friend }) => ({ user_id: user, topic: friend })),
    );
    expect(users.length).toBeGreaterThan(0);
    const names = await database.query(
      'select distinct first_name_key, second_name_key from app_user order by 1',
    );
    expect(names).toContainEqual({ first_name_key: 'ada', second_name_key: 'lovelace' });
  });

  it('keeps devices and idempotency keys, and drops the old tables', async () => {
    const database = await open();
    const devices = await database.query(
      'select user_id, device, epoch, seq from device_cursor cross join meta',
    );
    const keys = await database.query('select author, idem_key, post_id from post_key');
    expect(await migrate(database)).toMatchObject({ code: 0 });
    // Once for the channel, and once for an earlier version that may still be running.
    expect(
      await database.query('select user_id, device, epoch, seq from posted_device order by device'),
    ).toEqual(devices.flatMap((row) => [row, { ...row, device: `${String(row.device)} postFeedPosted` }]));
    expect(devices).toHaveLength(1);
    expect(
      await database.query('select user_id as author, key as idem_key, entity as post_id from posted_key'),
    ).toEqual(keys);
    expect(keys).toHaveLength(1);
    const names = (await database.query(tablesOf[engine])).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['app_user', 'post', 'posted_event']));
    for (const dropped of ['event', 'head', 'meta', 'friend', 'device_cursor', 'post_key']) {
      expect(names).not.toContain(dropped);
    }
  });
}

function membership(kind: string, user: string, topic: string) {
  return { kind, topic, member: user, channel: null, payload: null, requires: '0.2.0' };
}

function parse(payload: unknown): unknown {
  return typeof payload === 'string' ? JSON.parse(payload) : payload;
}

/** pg returns bigint as text. */
function zero(engine: 'embedded' | 'postgres'): unknown {
  return engine === 'embedded' ? 0 : '0';
}

async function readState(engine: 'embedded' | 'postgres'): Promise<DeployedState> {
  return JSON.parse(await readFile(join(deployed, engine, 'state.json'), 'utf8'));
}

describe('a migration of an embedded store of the first version', () => {
  describeAdoption('embedded', async () => {
    const DATA_DIR = await makeDataDir();
    const path = join(DATA_DIR, 'posted.sqlite');
    await copyFile(join(deployed, 'embedded/posted.sqlite'), path);
    const run = <Result>(use: (database: DatabaseSync) => Result): Result => {
      const database = new DatabaseSync(path);
      try {
        return use(database);
      } finally {
        database.close();
      }
    };
    run((database) => database.exec(more));
    return {
      env: { DATA_DIR },
      state: await readState('embedded'),
      query: async (sql) =>
        run((database) =>
          database
            .prepare(sql)
            .all()
            .map((row) => ({ ...row })),
        ),
    };
  });
});

describePostgres('a migration of a PostgreSQL database of the first version', (server) => {
  const open = async (): Promise<OldDatabase> => {
    const DATABASE_URL = await server().createDatabase();
    await server().query(DATABASE_URL, await readFile(join(deployed, 'postgres/dump.sql'), 'utf8'));
    await server().query(DATABASE_URL, `set search_path = public; ${more}`);
    return {
      env: { DATABASE_URL },
      state: await readState('postgres'),
      query: (sql) => server().query(DATABASE_URL, sql),
    };
  };
  describeAdoption('postgres', open);

  it('is refused while a server of that version is connected, and changes nothing', async () => {
    const database = await open();
    const old = new Client({
      connectionString: database.env.DATABASE_URL,
      fallback_application_name: 'posted',
    });
    onTestFinished(() => old.end());
    await old.connect();
    const { code, stderr } = await migrate(database);
    expect(code).toBe(1);
    expect(stderr).toContain('stop all');
    expect(await database.query('select count(*)::integer as posts from post')).toEqual([
      { posts: database.state.posts.length - 1 },
    ]);
    const names = (await database.query(tablesOf.postgres)).map(({ name }) => name);
    expect(names).toContain('event');
    expect(names).not.toContain('posted_event');
  });
});
