import { expect } from 'vitest';
import { makeDataDir, registerUser, request, startFeed } from './feed-server.ts';

/** A server that can be restarted with the same store, on the same port or another. */
export async function startRestartableFeed() {
  const DATA_DIR = await makeDataDir();
  let feed = await startFeed({ DATA_DIR });
  const { socketUrl } = feed;
  const { port: firstPort } = new URL(feed.url);
  const author = await registerUser(feed.url);
  return {
    socketUrl,
    author,
    async restart(port: 'same port' | 'other port') {
      await feed.server.close();
      feed = await startFeed({ DATA_DIR, PORT: port === 'other port' ? '0' : firstPort });
    },
    async post(posts: readonly string[]) {
      for (const text of posts) {
        const { token } = author;
        const { status } = await request(feed.url, 'POST', '/post/create', { token, body: { text } });
        expect(status).toBe(200);
      }
    },
  };
}
