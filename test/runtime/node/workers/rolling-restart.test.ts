import { expect, it } from 'vitest';
import { registerUser, startFeed } from '../../../support/feed-server.ts';
import { describePostgres } from '../../../support/postgres.ts';
import { bearer, connectClient, type TestClient } from '../../../support/websocket.ts';
import { startBalancer } from './balancer.ts';
import { gatherCrowd, lossesOf } from './crowd.ts';

describePostgres('a node that restarts while another one serves', (postgres) => {
  it('hands over its clients, which receive every post once', async () => {
    const env = { DATABASE_URL: await postgres().createDatabase(), BYE_SPREAD_MS: '300' };
    const [first, second] = await Promise.all([startFeed(env), startFeed(env)]);
    const url = await startBalancer([first.url, second.url]);
    const ada = await registerUser(url);
    const crowd = await gatherCrowd(url, ada);
    await crowd.postDuring(async () => {
      await first.server.close();
      await startFeed({ ...env, PORT: new URL(first.url).port });
      await second.server.close();
    });
    await crowd.settle();
    for (const feed of crowd.feeds) {
      expect(lossesOf(feed)).toBeGreaterThan(0);
      for (const error of feed.errors) expect(error).toMatchObject({ closeCode: 1012 });
    }
  });

  it('closes its connections over time, and serves each one until then', async () => {
    const env = { DATABASE_URL: await postgres().createDatabase(), BYE_SPREAD_MS: '2500' };
    const [leaving, staying] = await Promise.all([startFeed(env), startFeed(env)]);
    const ada = await registerUser(staying.url);
    const follow = (query: string): Promise<TestClient> =>
      connectClient(`${leaving.socketUrl}/post/feed/posted${query}`, bearer(ada.token));
    const clients = await Promise.all(Array.from({ length: 10 }, () => follow('?since=now')));
    const plain = await follow('');
    let closed = 0;
    const closings = clients.map(async (client) => {
      expect((await client.closed).code).toBe(1012);
      closed += 1;
    });
    const ended = leaving.server.close();
    await clients[0]?.closed;
    await ada.post('posted elsewhere meanwhile');
    await expect.poll(() => plain.received.length + Number(closed === 10)).toBeGreaterThan(0);
    expect(closed).toBeLessThan(10);
    await Promise.all([ended, ...closings]);
    for (const { received } of clients) {
      expect(JSON.parse(received.at(-1) ?? '')).toEqual({ type: 'bye', retryAfterMs: 0 });
    }
    expect((await plain.closed).code).toBe(1012);
  });
});
