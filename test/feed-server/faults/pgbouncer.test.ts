import { describe, expect, it } from 'vitest';
import { registerUser } from '../../support/feed-server.ts';
import { noPgBouncer, startPgBouncer } from '../../support/pgbouncer.ts';
import { describePostgres } from '../../support/postgres.ts';
import { startNode, statusesOf } from './node.ts';

/** Commits that do not wait for the disk stay in PostgreSQL's memory for long, and are lost with it. */
const settings = { wal_writer_delay: '10s' };

describe.skipIf(noPgBouncer !== null)(`PgBouncer in transaction mode ${noPgBouncer ?? ''}`, () => {
  describePostgres(
    'between servers and their database',
    (server) => {
      it('loses no post answered with 200 when PostgreSQL is killed, whatever a session was set to', async () => {
        const DATABASE_DIRECT_URL = await server().createDatabase();
        const pooler = await startPgBouncer({ target: DATABASE_DIRECT_URL, poolSize: 1 });
        const { url } = await startNode({ DATABASE_URL: pooler.url, DATABASE_DIRECT_URL });
        const ada = await registerUser(url);
        await ada.post('makes the server open its connections');
        // The pool has one session, so every client of PgBouncer continues in this one.
        await server().query(pooler.url, 'set synchronous_commit = off');

        const answers = [];
        for (let count = 0; count < 20; count += 1) answers.push(await ada.post(`post ${count}`));
        await server().kill();
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
        await server().start();
        const postIds = answers.map(({ body }) => body);
        await expect
          .poll(() => statusesOf(url, postIds), { timeout: 30_000 })
          .toEqual(postIds.map(() => 200));
      });

      it('lets nodes that start at the same time migrate an empty database once', async () => {
        const DATABASE_DIRECT_URL = await server().createDatabase();
        const pooler = await startPgBouncer({ target: DATABASE_DIRECT_URL });
        const env = { DATABASE_URL: pooler.url, DATABASE_DIRECT_URL };
        const nodes = await Promise.all(Array.from({ length: 4 }, () => startNode(env)));
        for (const { readyz } of nodes) await expect.poll(readyz).toBe(200);
      });

      it('makes nodes without a direct connection log that they poll, and delivers posts within 2 s', async () => {
        const pooler = await startPgBouncer({ target: await server().createDatabase() });
        const env = { DATABASE_URL: pooler.url };
        const [here, there] = [await startNode(env), await startNode(env)];
        for (const { stderr } of [here, there]) await expect.poll(stderr).toMatch(/\bpoll/i);
        const ada = await registerUser(here.url);
        const subscriber = await there.subscribe(ada, 'since=now');
        await subscriber.take(1);
        for (const text of ['one', 'two', 'three']) {
          expect(await ada.post(text)).toMatchObject({ status: 200 });
          await expect.poll(() => subscriber.texts().at(-1), { timeout: 2000, interval: 10 }).toBe(text);
        }
      });

      it('delivers posts at once to nodes with a direct connection', async () => {
        const DATABASE_DIRECT_URL = await server().createDatabase();
        const pooler = await startPgBouncer({ target: DATABASE_DIRECT_URL });
        const env = { DATABASE_URL: pooler.url, DATABASE_DIRECT_URL };
        const [here, there] = [await startNode(env), await startNode(env)];
        const ada = await registerUser(here.url);
        const subscriber = await there.subscribe(ada, 'since=now');
        await subscriber.take(1);
        const startMs = performance.now();
        for (let count = 0; count < 20; count += 1) {
          await ada.post(`post ${count}`);
          await subscriber.take(count + 2);
        }
        // Polling alone takes half a second for each, on average.
        expect(performance.now() - startMs).toBeLessThan(5000);
        for (const { stderr } of [here, there]) expect(stderr()).not.toMatch(/\bpoll/i);
      });
    },
    settings,
  );
});
