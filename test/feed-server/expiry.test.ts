import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { startFeed } from '../support/feed-server.ts';
import { signToken } from '../support/tokens.ts';
import { bearer, connectClient } from '../support/websocket.ts';

it('connections end within a second of the expiry of their token, plain and resumable ones', async () => {
  const feed = await startFeed();
  const expiresAt = Math.floor(Date.now() / 1000) + 5;
  const token = signToken(randomUUID(), { expiresIn: expiresAt - Math.floor(Date.now() / 1000) });
  const lateMs = await Promise.all(
    ['', '?since=now'].map(async (query) => {
      const { closed } = await connectClient(`${feed.socketUrl}/post/feed/posted${query}`, bearer(token));
      expect(await closed).toEqual({ code: 4401, reason: 'the credentials have expired' });
      return Date.now() - expiresAt * 1000;
    }),
  );
  for (const ms of lateMs) {
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(ms).toBeLessThan(1000);
  }
});
