import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { initials, populationRows, postIdOf, reader, unusedInitial } from '../../bench/load/population.ts';
import { seedPopulation } from '../../bench/load/seed-population.ts';
import { describePostgres } from '../support/postgres.ts';

const options = { users: 30, posts: 40, friends: 3 };

/** The tables of commit 222631d. */
const tables = `
  create table app_user (id text primary key, first_name text, second_name text, password_hash text);
  create table post (seq bigint primary key, id text unique, author text, text text, created_at bigint);
  create table event (seq bigint primary key, kind text, author text, post_id text, created_at bigint);
  create table friend (user_id text, friend_id text, since_seq bigint, primary key (user_id, friend_id));
  create table head (seq bigint);
  insert into head values (0);
`;

/** The number of posts of the reader's friends, of all posts with an event, and the seq of the newest event. */
const counts = `
  select (select count(*) from app_user) as users, (select seq from head) as head,
    (select count(*) from event join post on post.seq = event.seq and post.id = event.post_id
      and post.author = event.author where kind = 'post') as events,
    (select count(*) from friend join post on post.author = friend_id where user_id = '${reader}') as feed
`;

const expected = { users: 30, head: 40, events: 40, feed: 6 };

describe('a population', () => {
  it('is found by the common initials, and not by the unused one', () => {
    const [users] = populationRows(options, 0);
    const { first_name = [], second_name = [] } = users?.columns ?? {};
    expect(first_name.every((name) => String(name).startsWith(initials.first))).toBe(true);
    expect(second_name.every((name) => String(name).startsWith(initials.second))).toBe(true);
    expect(initials.second).not.toBe(unusedInitial);
  });

  it('fills an embedded store', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'posted-bench-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const database = new DatabaseSync(join(folder, 'posted.sqlite'));
    onTestFinished(() => database.close());
    database.exec(tables);
    await seedPopulation({ settings: { DATA_DIR: folder } }, options);
    expect({ ...database.prepare(counts).get() }).toEqual(expected);
    const post = database
      .prepare('select seq, length(text) as length from post where id = ?')
      .get(postIdOf(7));
    expect({ ...post }).toEqual({ seq: 8, length: 1000 });
  });
});

describePostgres('a population in PostgreSQL', (server) => {
  it('is the same', async () => {
    const url = await server().createDatabase();
    await server().query(url, tables);
    await seedPopulation({ settings: { DATA_DIR: '', DATABASE_URL: url } }, options);
    const [row = {}] = await server().query(url, counts);
    expect(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]))).toEqual(
      expected,
    );
  });
});
