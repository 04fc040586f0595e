import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { LogEngine } from '../../../../src/runtime/log/engine.ts';
import type { Migrations } from '../../../../src/runtime/log/migrations/run-migrations.ts';
import { registeredWrite } from '../../../../src/runtime/log/writes/registered-write.ts';
import { describePostgres } from '../../../support/postgres.ts';
import { openEngine } from './open-engine.ts';

const migrations: Migrations = () => ({
  '0001-posts': {
    async up(db) {
      await sql`create table post (seq bigint not null, id text primary key, author text not null, text text not null,
        likes bigint not null default 0, tags jsonb, created_at bigint)`.execute(db);
      await sql`create table post_like (post_id text, user_id text, primary key (post_id, user_id))`.execute(
        db,
      );
    },
  },
});

const createPost = registeredWrite({
  name: 'createPost',
  row: { id: 'text', author: 'text', text: 'text', tags: 'json?' },
  one: ['id'],
  key: { user: 'author', body: ['text'] },
  statements: {
    post: `insert into post (seq, id, author, text, tags, created_at)
      select seq, id, author, text, tags::jsonb, at from item`,
  },
  event: {
    channel: 'feed',
    message: 'post',
    topic: 'author',
    entity: 'id',
    payload: { id: 'id', text: 'text', meta: { tags: 'tags' } },
  },
});

const like = registeredWrite({
  name: 'like',
  row: { post_id: 'text', user_id: 'text' },
  one: ['post_id', 'user_id'],
  where: 'exists (select from post where post.id = item.post_id)',
  statements: {
    liked: `insert into post_like (post_id, user_id) select post_id, user_id from item
      on conflict do nothing returning post_id, user_id`,
    counted: `update post set likes = likes + added.n
      from (select post_id, count(*) as n from item group by post_id) as added
      where post.id = added.post_id returning post.id as post_id, likes`,
  },
  when: 'liked',
  event: {
    channel: 'feed',
    message: 'like',
    topic: 'post_id',
    entity: 'post_id',
    payload: { post_id: 'post_id', likes: 'counted.likes' },
  },
});

const deletePost = registeredWrite({
  name: 'deletePost',
  row: { id: 'text', author: 'text' },
  one: ['id'],
  statements: {
    gone: 'delete from post using item where post.id = item.id and post.author = item.author returning post.id',
  },
  when: 'gone',
  event: {
    kind: 'redact',
    topic: 'author',
    entity: 'id',
    channel: 'feed',
    message: 'deleted',
    payload: { id: 'id' },
  },
});

const insertNumbered = registeredWrite({
  name: 'insertNumbered',
  row: { id: 'text', author: 'text' },
  one: ['id'],
  statements: {
    post: `insert into post (seq, id, author, text) select seq, id, author, '' from item
      on conflict do nothing returning seq`,
  },
  when: 'post',
  event: { channel: 'feed', message: 'post', topic: 'author', entity: 'id', payload: { id: 'id' } },
});

const join = registeredWrite({
  name: 'join',
  row: { user: 'text', topic: 'text' },
  one: ['user', 'topic'],
  event: { kind: 'join', topic: 'topic', user: 'user' },
});

const limits = { maxEvents: 1000, maxBytes: 1_000_000 };

describePostgres('registered writes on PostgreSQL', (server) => {
  const open = async (): Promise<LogEngine> => openEngine(await server().createDatabase(), { migrations });

  test('stores rows and events of a batch together', async () => {
    const engine = await open();
    const run = engine.register(createPost);
    const outcomes = await Promise.all(
      ['a', 'b', 'c'].map((id) =>
        run({ id, author: 'ada', text: `"${id}"`, tags: id === 'a' ? ['x'] : null }, undefined),
      ),
    );
    expect(outcomes.map(({ seq, isWritten }) => [seq, isWritten])).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ]);
    expect(outcomes[0]?.event).toMatchObject({
      payload: '{"id":"a","text":"\\"a\\"","meta":{"tags":["x"]}}',
    });
    expect(await engine.eventsAfter(0, limits)).toEqual(outcomes.map(({ event }) => event));
  });

  test('returns what the first use of a key wrote, and refuses another body', async () => {
    const engine = await open();
    const run = engine.register(createPost);
    await run({ id: 'a', author: 'ada', text: 'one', tags: null }, 'k');
    const again = await run({ id: 'b', author: 'ada', text: 'one', tags: null }, 'k');
    expect(again).toMatchObject({ seq: null, isWritten: false, first: { seq: 1, entity: 'a' }, event: null });
    await expect(run({ id: 'c', author: 'ada', text: 'two', tags: null }, 'k')).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect(await engine.eventsAfter(0, limits)).toHaveLength(1);
  });

  test('makes payloads of what statements return, and numbers only rows that were written', async () => {
    const engine = await open();
    const [create, run] = [engine.register(createPost), engine.register(like)];
    await create({ id: 'a', author: 'ada', text: 'one', tags: null }, undefined);
    const users = ['u1', 'u2'];
    const likes = await Promise.all(users.map((user_id) => run({ post_id: 'a', user_id }, undefined)));
    expect(likes.map(({ event }) => event)).toMatchObject([
      { seq: 2, payload: '{"post_id":"a","likes":2}' },
      { seq: 3, payload: '{"post_id":"a","likes":2}' },
    ]);
    expect(likes[0]?.returned).toEqual({
      liked: { post_id: 'a', user_id: 'u1' },
      counted: { post_id: 'a', likes: 2 },
    });
    const [repeated, unknown, fresh] = await Promise.all([
      run({ post_id: 'a', user_id: 'u1' }, undefined),
      run({ post_id: 'z', user_id: 'u1' }, undefined),
      run({ post_id: 'a', user_id: 'u3' }, undefined),
    ]);
    expect(repeated).toMatchObject({ isWritten: false, seq: null });
    expect(unknown).toMatchObject({ isWritten: false, seq: null });
    expect(fresh).toMatchObject({ isWritten: true, seq: 4 });
    expect(await engine.eventsAfter(0, limits)).toHaveLength(4);
  });

  test('never has two rows for the same subject in one batch', async () => {
    const engine = await open();
    const [create, run] = [engine.register(createPost), engine.register(like)];
    await create({ id: 'a', author: 'ada', text: 'one', tags: null }, undefined);
    const row = { post_id: 'a', user_id: 'u1' };
    const likes = await Promise.all([run(row, undefined), run(row, undefined)]);
    expect(likes.map(({ seq }) => seq)).toEqual([2, null]);
    expect(await engine.eventsAfter(1, limits)).toHaveLength(1);
  });

  test('splits a batch of which a statement that uses seq returns only a part', async () => {
    const engine = await open();
    const run = engine.register(insertNumbered);
    await run({ id: 'b', author: 'ada' }, undefined);
    const outcomes = await Promise.all(
      ['a', 'b', 'c', 'd'].map((id) => run({ id, author: 'ada' }, undefined)),
    );
    expect(outcomes.map(({ seq }) => seq)).toEqual([2, null, 3, 4]);
  });

  test('a write that fails does not fail the others of its batch', async () => {
    const engine = await open();
    const run = engine.register(createPost);
    const outcomes = await Promise.allSettled(
      // A column of type jsonb cannot store U+0000.
      ['a', '\0', 'c'].map((tag, index) =>
        run({ id: `${index}`, author: 'ada', text: 'x', tags: [tag] }, undefined),
      ),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('redacts earlier events of the entity', async () => {
    const engine = await open();
    const [create, remove] = [engine.register(createPost), engine.register(deletePost)];
    await create({ id: 'a', author: 'ada', text: 'one', tags: null }, undefined);
    expect(await remove({ id: 'a', author: 'bob' }, undefined)).toMatchObject({ isWritten: false });
    expect(await remove({ id: 'a', author: 'ada' }, undefined)).toMatchObject({ seq: 2 });
    expect(await engine.eventsAfter(0, limits)).toMatchObject([
      { payload: null },
      { kind: 'redact', payload: '{"id":"a"}' },
    ]);
  });

  test('joins once, also in a transaction with drafts', async () => {
    const engine = await open();
    const run = engine.register(join);
    const row = { user: 'u', topic: 't' };
    const outcomes = await Promise.all([run(row, undefined), run(row, undefined)]);
    expect(outcomes.map(({ seq }) => seq)).toEqual([1, null]);
    expect(await engine.topicsOf('u')).toEqual({ topics: ['t'], sinceSeqs: [1] });
    const events = await engine.transaction(async (transaction) => {
      await transaction.query('insert into post_like values ($1, $2)', ['p', 'u']);
      return await transaction.append([{ channel: 'c', message: 'm', topic: 't', payload: 1 }]);
    });
    expect(await engine.eventsAfter(1, limits)).toEqual(events);
  });
});
