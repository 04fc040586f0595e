import { expect, it, onTestFinished } from 'vitest';
import { PostgresHints } from '../../../../src/feed-server/store/postgres/postgres-hints.ts';
import { describePostgres } from '../../../support/postgres.ts';
import { countTo } from '../suite/database.ts';
import { silent } from './open-on.ts';

/** A node that records its hints, its warnings, and how often it connected. */
function startNode(url: string) {
  const hinted: number[] = [];
  const logged: string[] = [];
  let ups = 0;
  const hints = new PostgresHints({
    url,
    log: { ...silent, warn: (_, message) => void logged.push(message) },
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
  it('reach every node of the same database only', async () => {
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

  it('are merged while one is being sent, and the newest arrives', async () => {
    const url = await server().createDatabase();
    const [ada, bob] = [startNode(url), startNode(url)];
    await ada.hasConnected(1);
    await bob.hasConnected(1);
    for (const seq of countTo(1000)) ada.hints.publish(seq);
    await expect.poll(() => bob.hinted.at(-1)).toBe(1000);
    expect(bob.hinted).toEqual([1, 1000]);
  });

  it('resume after a restart of the server with the newest one', async () => {
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
    expect(ada.logged).toEqual(['not receiving hints from other nodes; polling the log instead']);
  });

  it('ignore notifications of others on the channel', async () => {
    const url = await server().createDatabase();
    const node = startNode(url);
    await node.hasConnected(1);
    await server().query(url, `notify posted_head, 'hello'; notify posted_head; notify posted_head, '-1'`);
    await server().query(url, `notify posted_head, '3'`);
    await expect.poll(() => node.hinted).toEqual([3]);
    expect(new Set(node.logged)).toEqual(new Set(['ignoring a notification that is not a hint']));
  });

  it('can be closed while the server cannot be reached', async () => {
    const node = startNode('postgres://posted@127.0.0.1:1/posted');
    await expect.poll(() => node.logged.length).toBe(1);
    node.hints.publish(1);
    await node.hints.close();
  });
});
