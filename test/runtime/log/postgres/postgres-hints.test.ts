import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PostgresHints } from '../../../../src/runtime/log/postgres/postgres-hints.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { noPgBouncer, startPgBouncer } from '../../../support/pgbouncer.ts';
import { describePostgres } from '../../../support/postgres.ts';

/** A node that records its hints, its warnings, and how often it connected. */
function startNode(url: string) {
  const hinted: number[] = [];
  const logged: { readonly message: string; readonly cause: unknown }[] = [];
  let ups = 0;
  const hints = new PostgresHints({
    url,
    log: { ...silentLog, warn: ({ cause }, message) => void logged.push({ message, cause }) },
    advice: 'set DIRECT_URL',
    onHint: (headSeq) => void hinted.push(headSeq),
    onUp: () => {
      ups += 1;
    },
  });
  onTestFinished(() => hints.close());
  return {
    hints,
    hinted,
    logged,
    async hasConnected(times: number): Promise<void> {
      await expect.poll(() => ups).toBe(times);
    },
  };
}

describePostgres('hints over PostgreSQL', (server) => {
  test('reach every node of the same database only', async () => {
    const url = await server().createDatabase();
    const nodes = [startNode(url), startNode(url)];
    const other = startNode(await server().createDatabase());
    for (const node of [...nodes, other]) await node.hasConnected(1);
    nodes[0]?.hints.publish(7);
    for (const { hinted } of nodes) await expect.poll(() => hinted).toEqual([7]);
    nodes[1]?.hints.publish(8);
    for (const { hinted } of nodes) await expect.poll(() => hinted).toEqual([7, 8]);
    expect(other.hinted).toEqual([]);
  });

  test('of one turn are merged, and so are those that follow within 5 ms: the newest arrives', async () => {
    const url = await server().createDatabase();
    const [ada, bob] = [startNode(url), startNode(url)];
    await ada.hasConnected(1);
    await bob.hasConnected(1);
    for (let seq = 1; seq <= 1000; seq += 1) ada.hints.publish(seq);
    await expect.poll(() => bob.hinted).toEqual([1000]);
    const beganMs = performance.now();
    for (let seq = 1001; seq <= 1500; seq += 1) {
      ada.hints.publish(seq);
      await nextTurn();
    }
    const sentMs = performance.now() - beganMs;
    await expect.poll(() => bob.hinted.at(-1)).toBe(1500);
    expect(bob.hinted.length).toBeLessThanOrEqual(3 + sentMs / 5);
  });

  test('resume with the newest one after the server restarts', async () => {
    const url = await server().createDatabase();
    const [ada, bob] = [startNode(url), startNode(url)];
    await ada.hasConnected(1);
    await bob.hasConnected(1);
    await server().kill();
    for (const seq of [5, 6, 7]) ada.hints.publish(seq);
    await server().start();
    await ada.hasConnected(2);
    await bob.hasConnected(2);
    await expect.poll(() => ada.hinted.at(-1)).toBe(7);
    ada.hints.publish(8);
    await expect.poll(() => bob.hinted.at(-1)).toBe(8);
    expect(ada.logged.map(({ message }) => message)).toEqual([
      'not receiving hints from other nodes; polling the log instead',
    ]);
  });

  test('ignore notifications of others on the channel', async () => {
    const url = await server().createDatabase();
    const node = startNode(url);
    await node.hasConnected(1);
    await server().query(url, `notify posted_head, 'hello'; notify posted_head; notify posted_head, '-1'`);
    await server().query(url, `notify posted_head, '3'`);
    await expect.poll(() => node.hinted).toEqual([3]);
    expect(new Set(node.logged.map(({ message }) => message))).toEqual(
      new Set(['ignoring a notification that is not a hint']),
    );
  });

  test('can be closed while the server cannot be reached', async () => {
    const node = startNode('postgres://posted@127.0.0.1:1/posted');
    await expect.poll(() => node.logged.length).toBe(1);
    node.hints.publish(1);
    await node.hints.close();
  });

  describe.skipIf(noPgBouncer !== null)(`through a pooler in transaction mode ${noPgBouncer ?? ''}`, () => {
    test('say once that the node polls, and which setting would help', async () => {
      const url = await server().createDatabase();
      const pooler = await startPgBouncer({ target: url });
      const pooled = startNode(pooler.url);
      await expect.poll(() => pooled.logged).toHaveLength(1);
      expect(pooled.logged[0]?.cause).toMatch(/LISTEN does not work.*set DIRECT_URL/);
      const sessions = await server().query(
        url,
        "select query from pg_stat_activity where application_name = 'posted 0.2' and query like 'listen%'",
      );
      expect(sessions).toEqual([]);
    });
  });
});
