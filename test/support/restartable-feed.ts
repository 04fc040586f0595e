import { expect } from 'vitest';
import { makeDataDir, registerUser, request, startFeed } from './feed-server.ts';

/** A server that can be started again: the same store, the same port or another. */
export async function startAgainAndAgain() {
  const DATA_DIR = await makeDataDir();
  let feed = await startFeed({ DATA_DIR });
  const { socketUrl } = feed;
  const { port } = new URL(feed.url);
  const author = await registerUser(feed.url);
  return {
    socketUrl,
    author,
    async restart(where: 'where it was' | 'elsewhere') {
      await feed.server.close();
      feed = await startFeed({ DATA_DIR, PORT: where === 'elsewhere' ? '0' : port });
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
