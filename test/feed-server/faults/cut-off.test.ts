import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { registerUser } from '../../support/feed-server.ts';
import { openFaultProxy } from '../../support/history/fault-proxy.ts';
import { describePostgres, type PostgresServer } from '../../support/postgres.ts';
import { postAll } from '../resumable-client.ts';
import { type Subscriber, startNode } from './node.ts';

const oneHourMs = 3_600_000;

/** A node whose connection to the database goes through a proxy. */
async function startCutOff(server: PostgresServer, env: Readonly<Record<string, string>>) {
  const url = await server.createDatabase();
  const proxy = await openFaultProxy(() => ({ port: server.port }));
  onTestFinished(() => proxy.close());
  const DATABASE_URL = Object.assign(new URL(url), { port: String(proxy.port) }).href;
  const node = await startNode({ DATABASE_URL, CHECKPOINT_INTERVAL_MS: '200', ...env });
  const ada = await registerUser(node.url);
  return { node, proxy, ada };
}

function countCheckpoints(subscriber: Subscriber): number {
  return subscriber.frames().filter(({ type }) => type === 'checkpoint').length;
}

const faults = [
  ['resets its connections', 'drop'],
  ['drops its packets', 'cut'],
] as const;

describePostgres('a node whose network to its database', (server) => {
  it.each(faults)('%s sends no checkpoint, is not ready, and recovers by itself', async (_, fault) => {
    const { node, proxy, ada } = await startCutOff(server(), { LOG_STALE_MS: '1000' });
    const subscriber = await node.subscribe(ada, 'since=now');
    await expect.poll(() => countCheckpoints(subscriber)).toBeGreaterThan(2);
    // On a busy machine, a read may take longer than LOG_STALE_MS.
    await expect.poll(node.readyz).toBe(200);

    proxy[fault](oneHourMs);
    // A read that was answered before still allows one, with the next tick.
    await wait(2000);
    const sent = countCheckpoints(subscriber);
    await expect.poll(node.readyz).toBe(503);
    await wait(2000);
    expect(countCheckpoints(subscriber)).toBe(sent);

    proxy.restore();
    await expect.poll(node.readyz, { timeout: 40_000 }).toBe(200);
    await expect.poll(() => countCheckpoints(subscriber)).toBeGreaterThan(sent);
    await postAll(ada, ['after the cut']);
    await expect.poll(subscriber.texts).toEqual(['after the cut']);
  });

  it.each(faults)(
    '%s for LOG_GIVE_UP_MS sends bye and closes all connections with 1013',
    async (_, fault) => {
      const env = { LOG_STALE_MS: '1000', LOG_GIVE_UP_MS: '2000', BYE_SPREAD_MS: '200' };
      const { node, proxy, ada } = await startCutOff(server(), env);
      const resumable = await node.subscribe(ada, 'since=now');
      const plain = await node.subscribe(ada, '');
      await resumable.take(1);
      proxy[fault](oneHourMs);
      for (const { closed } of [resumable, plain]) expect(await closed).toMatchObject({ code: 1013 });
      expect(resumable.frames().at(-1)).toMatchObject({ type: 'bye' });
      expect(await node.readyz()).toBe(503);
      proxy.restore();
      await expect.poll(node.readyz, { timeout: 40_000 }).toBe(200);
      const again = await node.subscribe(ada, `since=${resumable.cursor()}`);
      await postAll(ada, ['after the cut']);
      await expect.poll(again.texts).toEqual(['after the cut']);
    },
  );
});
