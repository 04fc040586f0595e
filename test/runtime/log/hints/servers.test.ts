import { expect, it, onTestFinished } from 'vitest';
import { prepareEngine } from '../../../../scripts/dev/services/engine.ts';
import { redis } from '../../../../scripts/dev/services/redis.ts';
import { registerUser, request, startFeed } from '../../../support/feed-server.ts';
import { describePostgres } from '../../../support/postgres.ts';
import { requireService } from '../../../support/services.ts';
import { bearer, connectClient } from '../../../support/websocket.ts';

const noRedis = requireService('redis', redis.isInstalled());

describePostgres('servers with a broker', (database) => {
  it.skipIf(noRedis !== null)(
    'deliver each post to the clients of the others, with or without the broker',
    async () => {
      const engine = await prepareEngine(redis);
      onTestFinished(() => engine.remove());
      await engine.start();
      const env = { DATABASE_URL: await database().createDatabase(), BROKER_URL: engine.url };
      const [one, two] = [await startFeed(env), await startFeed(env)];
      const ready = async () => (await request(two.url, 'GET', '/readyz')).body;
      const metric = async (name: string) =>
        new RegExp(`^${name} (\\d+)$`, 'm').exec(await (await fetch(`${two.url}/metrics`)).text())?.[1];

      await expect.poll(ready).toMatchObject({ dependencies: { store: 'up', broker: 'up' } });
      const ada = await registerUser(one.url);
      const client = await connectClient(`${two.socketUrl}/post/feed/posted`, bearer(ada.token));
      await ada.post('with it');
      expect((await client.take(1))[0]).toContain('with it');
      expect(await metric('posted_broker_hints_received_total')).toMatch(/^[1-9]/);
      expect(await metric('posted_broker_downs_total')).toBe('0');

      await engine.kill();
      await expect.poll(ready).toMatchObject({ dependencies: { store: 'up', broker: 'down' } });
      expect(await metric('posted_broker_up')).toBe('0');
      expect(await metric('posted_broker_downs_total')).toBe('1');
      await ada.post('without it');
      expect((await client.take(2))[1]).toContain('without it');

      await engine.start();
      await expect.poll(ready, { timeout: 20_000 }).toMatchObject({ dependencies: { broker: 'up' } });
      await ada.post('with it again');
      expect((await client.take(3))[2]).toContain('with it again');
    },
  );
});
