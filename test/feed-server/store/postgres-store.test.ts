import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openPostgresStore } from '../../../src/feed-server/store/postgres-store.ts';
import type { Log } from '../../../src/runtime/shared/log.ts';
import { describePostgres } from '../../support/postgres.ts';
import { openOn, silent } from './postgres/open-on.ts';
import { describeStore } from './store-suite.ts';
import { countTo, draft, readLog } from './suite/database.ts';

/** The error of opening a store on a database, and the warnings logged meanwhile. */
async function refusal(url: string, startTimeoutMs = 0): Promise<readonly [string, readonly unknown[]]> {
  const logged: unknown[] = [];
  const log: Log = { ...silent, warn: (fields, message) => void logged.push([message, fields]) };
  const opening = openPostgresStore({ url, log, startTimeoutMs }).then(async (store) => {
    await store.close();
    return 'opened';
  });
  const message = await opening.catch((thrown: Error) => thrown.message);
  expect(`${message}${JSON.stringify(logged)}`).not.toMatch(/p@ss|p%40ss|hunter2/);
  return [message, logged];
}

describePostgres('PostgreSQL', (server) => {
  describeStore('PostgreSQL', async () => {
    const url = await server().createDatabase();
    return { open: (options) => openOn(url, options) };
  });

  describe('a database shared by several nodes', () => {
    it('has one log without gaps, in commit order', async () => {
      const url = await server().createDatabase();
      const [ada, bob, reader] = await Promise.all([openOn(url), openOn(url), openOn(url)]);
      const total = 3000;
      const appends = countTo(total).map((number) =>
        number % 10 === 0
          ? ada.appendFriendSet(randomUUID(), randomUUID())
          : (number % 2 === 0 ? ada : bob).appendPost(draft()),
      );
      // Read while it grows: no later event may get a seq that a reader has passed.
      const seen: number[] = [];
      while (seen.length < total) {
        const page = await reader.eventsAfter(seen.at(-1) ?? 0, 500);
        seen.push(...page.map(({ seq }) => seq));
      }
      expect(seen).toEqual(countTo(total));
      const appended = (await Promise.all(appends)).map((value) =>
        value !== null && 'event' in value ? value.event : value,
      );
      expect(appended.toSorted((a, b) => (a?.seq ?? 0) - (b?.seq ?? 0))).toEqual(await readLog(reader));
    });

    it('appends once what all nodes append at the same time', async () => {
      const url = await server().createDatabase();
      const nodes = await Promise.all(countTo(3).map(() => openOn(url)));
      const [user, friend] = [randomUUID(), randomUUID()];
      for (const round of countTo(20)) {
        const post = { author: user, idempotencyKey: `key ${round}` };
        const results = await Promise.all(nodes.map((node) => node.appendPost(draft(post))));
        expect(results.filter(({ event }) => event !== null).length).toBe(1);
        expect(new Set(results.map(({ postId }) => postId)).size).toBe(1);
        const change = round % 2 === 1 ? 'appendFriendSet' : 'appendFriendDeleted';
        const changes = await Promise.all(nodes.map((node) => node[change](user, friend)));
        expect(changes.filter((event) => event !== null).length).toBe(1);
      }
      expect(await nodes[0]?.headSeq()).toBe(40);
    });

    it('can be pruned by all nodes at once, and each knows the floor', async () => {
      const url = await server().createDatabase();
      const [first, ...others] = await Promise.all([openOn(url), openOn(url), openOn(url)]);
      const nodes = [first, ...others];
      const posts = countTo(3000).map((createdAtMs) => draft({ createdAtMs }));
      await Promise.all(posts.map((post) => first.appendPost(post)));
      const floors = await Promise.all(nodes.map((node, index) => node.prune(2001 + 100 * index)));
      expect(Math.max(...floors)).toBe(2200);
      for (const node of nodes) {
        expect(await node.prune(100)).toBe(2200);
        expect((await node.history()).floorSeq).toBe(2200);
        expect((await node.eventsAfter(0, 1))[0]?.seq).toBe(2201);
      }
    });

    it('is migrated once when many nodes start at the same time', async () => {
      const url = await server().createDatabase();
      const nodes = await Promise.all(countTo(5).map(() => openOn(url)));
      const histories = await Promise.all(nodes.map((node) => node.history()));
      expect(new Set(histories.map(({ epoch }) => epoch)).size).toBe(1);
      expect(await server().query(url, 'select count(*)::integer as rows from meta')).toEqual([{ rows: 1 }]);
    });
  });

  it('uses only the schema that its URL names', async () => {
    const url = await server().createDatabase();
    await server().query(url, 'create schema other');
    const [inPublic, inOther] = [await openOn(url), await openOn(`${url}?options=-c%20search_path%3Dother`)];
    await inPublic.appendPost(draft());
    expect(await inOther.headSeq()).toBe(0);
    expect(await inPublic.headSeq()).toBe(1);
  });

  describe('a database that cannot be used', () => {
    it('is refused unchanged if its schema is newer', async () => {
      const url = await server().createDatabase();
      await (await openOn(url)).close();
      const future = `insert into kysely_migration values ('9999-from-the-future', '2099-01-01T00:00:00.000Z')`;
      await server().query(url, future);
      const [message] = await refusal(url);
      expect(message).toMatch(
        /9999-from-the-future.*newer.*supports \(0002-search-index\): start a newer version/,
      );
      expect(await server().query(url, 'select name from kysely_migration')).toHaveLength(3);
    });

    it('is refused without a retry for a wrong password, user or database name', async () => {
      const url = await server().createDatabase();
      const change = (parts: Partial<URL>) => Object.assign(new URL(url), parts).href;
      const startTimeoutMs = 60_000;
      const [password] = await refusal(change({ password: 'hunter2' }), startTimeoutMs);
      expect(password).toMatch(/^the PostgreSQL database "test_\w+" at 127\.0\.0\.1:\d+ \(user "posted"\)/);
      expect(password).toContain('password authentication failed for user "posted" (SQLSTATE 28P01)');
      expect((await refusal(change({ username: 'eve' }), startTimeoutMs))[0]).toContain('SQLSTATE 28P01');
      const [missing] = await refusal(change({ pathname: '/nowhere' }), startTimeoutMs);
      expect(missing).toContain('database "nowhere" does not exist (SQLSTATE 3D000)');
    });

    it('is refused if its encoding is not UTF8', async () => {
      const url = await server().createDatabase(
        `encoding 'LATIN1' locale 'C' locale_provider libc template template0`,
      );
      expect((await refusal(url))[0]).toContain(
        "its encoding is LATIN1: create the database with encoding 'UTF8'",
      );
    });

    it('is retried while it cannot be reached, up to a time limit', async () => {
      const [message, logged] = await refusal('postgres://posted:hunter2@127.0.0.1:1/posted', 300);
      expect(message).toMatch(/at 127\.0\.0\.1:1 .* could not be reached within 300 ms: .*ECONNREFUSED/);
      expect(logged.length).toBeGreaterThan(1);
    });

    it('is refused without TLS if its URL requires TLS', async () => {
      const url = await server().createDatabase();
      await (await openOn(`${url}?sslmode=disable&application_name=test`)).close();
      expect((await refusal(`${url}?sslmode=verify-full`, 60_000))[0]).toContain('does not support SSL');
      const [message] = await refusal(`${url}?sslmode=verify-full&sslrootcert=/nowhere/ca.pem`);
      expect(message).toMatch(/^the database URL cannot be used: ENOENT/);
    });
  });
});
