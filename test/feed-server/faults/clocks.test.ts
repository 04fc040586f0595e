import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { registerUser } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import { preload } from '../../support/server-process.ts';
import { postAll } from '../resumable-client.ts';
import { startNode } from './node.ts';

const eightDaysMs = 8 * 24 * 3_600_000;

/** A process whose clock is ahead by that time. */
function withClockAhead(byMs: number): Readonly<Record<string, string>> {
  return preload(`
    const now = Date.now;
    Date.now = () => now() + ${byMs};
    globalThis.Date = class extends Date {
      constructor(...args) { args.length === 0 ? super(now() + ${byMs}) : super(...args); }
    };`);
}

describePostgres('retention', (server) => {
  it('keeps events that are young by the clock of the database, whatever the clock of a node', async () => {
    const shared = { DATABASE_URL: await server().createDatabase(), RETENTION_SECONDS: '30' };
    const node = await startNode(shared);
    const ada = await registerUser(node.url);
    const subscriber = await node.subscribe(ada, 'since=now');
    await subscriber.take(1);
    const cursor = subscriber.cursor();
    await postAll(ada, ['1', '2', '3']);
    await startNode({ ...shared, ...withClockAhead(eightDaysMs) });
    // Nodes prune every quarter of the retention time.
    await wait(8500);
    // A node that was not there has nothing in memory.
    const other = await startNode(shared);
    const resumed = await other.subscribe(ada, `since=${cursor}`);
    await resumed.take(1);
    expect(resumed.frames()[0]).toMatchObject({ type: 'ready', resumed: true });
    await expect.poll(resumed.texts).toEqual(['1', '2', '3']);
  });

  it('ends for all events although one has a time that is a year ahead', async () => {
    const DATABASE_URL = await server().createDatabase();
    const node = await startNode({ DATABASE_URL, RETENTION_SECONDS: '3' });
    const ada = await registerUser(node.url);
    await postAll(ada, ['ahead']);
    const aYearAhead = 'update posted_event set created_at = created_at + 31536000000';
    await server().query(DATABASE_URL, aYearAhead);
    await postAll(ada, ['1', '2', '3']);
    const countEvents = 'select count(*)::integer as events from posted_event';
    await expect.poll(() => server().query(DATABASE_URL, countEvents)).toEqual([{ events: 0 }]);
  });
});
