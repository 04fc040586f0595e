import { expect, it } from 'vitest';
import { type Answer, registerUser, request, startFeed } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';
import { bearer, connectClient, refusedHandshake } from '../support/websocket.ts';

const channel = '/post/feed/posted';

describePostgres('a server that cannot read its log', (server) => {
  it('fails readiness, then moves its clients elsewhere, and serves again once it can', async () => {
    const DATABASE_URL = await server().createDatabase();
    const { url, socketUrl } = await startFeed({
      DATABASE_URL,
      LOG_STALE_MS: '1000',
      LOG_GIVE_UP_MS: '3000',
    });
    const ada = await registerUser(url);
    const resumable = await connectClient(`${socketUrl}${channel}?since=now`, bearer(ada.token));
    const plain = await connectClient(`${socketUrl}${channel}`, bearer(ada.token));
    const readiness = (): Promise<Answer> => request(url, 'GET', '/readyz');
    expect(await readiness()).toMatchObject({ status: 200, body: { dependencies: { log: 'up' } } });

    server().freeze();
    try {
      await expect
        .poll(async () => (await readiness()).body, { timeout: 10_000 })
        .toMatchObject({ status: 'not ready', dependencies: { log: 'down' } });
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(Number(/^posted_log_stale_seconds (\S+)$/m.exec(metrics)?.[1])).toBeGreaterThanOrEqual(1);
      const refused = await refusedHandshake(`${socketUrl}${channel}`, bearer(ada.token));
      expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });

      expect((await plain.closed).code).toBe(1013);
      expect((await resumable.closed).code).toBe(1013);
      expect(resumable.received.map((frame) => JSON.parse(frame).type)).toEqual(['ready', 'bye']);
    } finally {
      server().thaw();
    }
    await expect.poll(async () => (await readiness()).status, { timeout: 30_000, interval: 500 }).toBe(200);
    await connectClient(`${socketUrl}${channel}`, bearer(ada.token));
    expect((await ada.post('again')).status).toBe(200);
  }, 60_000);
});
