import { expect, it } from 'vitest';
import { registerUser, request, startFeed } from '../../../support/feed-server.ts';
import { bearer, connectClient } from '../../../support/websocket.ts';

it('a shutdown fails /readyz for SHUTDOWN_DRAIN_MS first, while everything is still served', async () => {
  const feed = await startFeed({ SHUTDOWN_DRAIN_MS: '2500' });
  const ada = await registerUser(feed.url);
  expect(await request(feed.url, 'GET', '/readyz')).toMatchObject({ status: 200 });
  const ended = feed.server.close();
  expect(await request(feed.url, 'GET', '/readyz')).toMatchObject({
    status: 503,
    body: { status: 'stopping' },
  });
  const client = await connectClient(`${feed.socketUrl}/post/feed/posted`, bearer(ada.token));
  expect((await ada.post('still served')).status).toBe(200);
  await client.take(1);
  expect((await client.closed).code).toBe(1012);
  await ended;
  await expect(request(feed.url, 'GET', '/readyz')).rejects.toThrow('fetch failed');
});
