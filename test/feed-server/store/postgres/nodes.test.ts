import { expect, it, onTestFinished } from 'vitest';
import { registerUser, request, startFeed } from '../../../support/feed-server.ts';
import { describePostgres } from '../../../support/postgres.ts';
import { runMain } from '../../../support/server-process.ts';
import { bearer, connectClient } from '../../../support/websocket.ts';

describePostgres('servers that share a PostgreSQL database', (server) => {
  it('deliver each other’s posts without waiting for the polling interval', async () => {
    const DATABASE_URL = await server().createDatabase();
    const [here, there] = await Promise.all([startFeed({ DATABASE_URL }), startFeed({ DATABASE_URL })]);
    const ada = await registerUser(here.url);
    const client = await connectClient(`${there.socketUrl}/post/feed/posted`, bearer(ada.token));
    for (let round = 0; round < 120; round += 1) {
      expect(await ada.post(`post ${round}`)).toMatchObject({ status: 200 });
      const frame = (await client.take(round + 1)).at(-1) ?? '';
      expect(JSON.parse(frame).payload.postText).toBe(`post ${round}`);
    }
  });

  it('are not ready while it is down, name it, and recover by themselves', async () => {
    const { url } = await startFeed({ DATABASE_URL: await server().createDatabase() });
    const ada = await registerUser(url);
    expect(await request(url, 'GET', '/readyz')).toMatchObject({ status: 200 });
    await server().kill();
    const down = { status: 503, body: { status: 'not ready', dependencies: { store: 'down' } } };
    expect(await request(url, 'GET', '/readyz')).toMatchObject(down);
    const refused = await ada.post('lost');
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(refused.headers.get('Retry-After')).toBe('1');
    expect(await request(url, 'GET', '/healthz')).toMatchObject({ status: 200 });
    await server().start();
    await expect.poll(async () => (await request(url, 'GET', '/readyz')).status).toBe(200);
    expect(await ada.post('stored')).toMatchObject({ status: 200 });
  });

  it('are not ready while it hangs, and can still be stopped', async () => {
    const feed = await startFeed({ DATABASE_URL: await server().createDatabase() });
    expect(await request(feed.url, 'GET', '/readyz')).toMatchObject({ status: 200 });
    server().freeze();
    onTestFinished(() => server().thaw());
    expect(await request(feed.url, 'GET', '/readyz')).toMatchObject({ status: 503 });
    server().thaw();
    await expect.poll(async () => (await request(feed.url, 'GET', '/readyz')).status).toBe(200);
    server().freeze();
    await feed.server.close();
  });

  it('refuse to start with a wrong password, without printing it', async () => {
    const DATABASE_URL = Object.assign(new URL(await server().createDatabase()), {
      password: 'hunter2',
    }).href;
    const { code, stderr } = await runMain([], { DATABASE_URL, PORT: '0' });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Posted cannot start: DATABASE_URL: the PostgreSQL database .*password authentication failed/m,
    );
    expect(stderr).not.toContain('hunter2');
  });
});
