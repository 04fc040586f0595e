import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FollowGraphOptions, star, userIdOf } from '../../bench/load/follow-graph.ts';
import { seedFriends } from '../../bench/load/seed-friends.ts';
import { makeDataDir, request, startFeed } from '../support/feed-server.ts';
import { signToken } from '../support/tokens.ts';
import { bearer, connectClient } from '../support/websocket.ts';

const options: FollowGraphOptions = { seed: 3, readers: 6, authors: 10, meanFriends: 2, starReaders: 6 };

describe('a database with the friendships of a follow graph', () => {
  it('makes a server send each post to the readers of its author only', async () => {
    const dataDir = await makeDataDir();
    const { authorsOf, readersOf } = await seedFriends(dataDir, options, await makeDataDir());
    const { url, socketUrl } = await startFeed({ DATA_DIR: dataDir });
    const clients = await Promise.all(
      authorsOf.map((_, reader) =>
        connectClient(
          `${socketUrl}/post/feed/posted?audience=friends`,
          bearer(signToken(userIdOf('reader', reader))),
        ),
      ),
    );

    // All readers follow the star: whoever has received its post has received everything before it.
    const authors = [...readersOf.keys()].toSorted((a, b) => b - a);
    expect(authors.at(-1)).toBe(star);
    for (const author of authors) {
      const token = signToken(userIdOf('author', author));
      const { status } = await request(url, 'POST', '/post/create', {
        token,
        body: { text: `of ${author}` },
      });
      expect(status).toBe(200);
    }

    for (const [reader, follows] of authorsOf.entries()) {
      const expected = authors.filter((author) => follows.includes(author));
      const frames = (await clients[reader]?.take(expected.length)) ?? [];
      const texts = frames.map(
        (frame) =>
          (JSON.parse(frame) as { readonly payload: { readonly postText: string } }).payload.postText,
      );
      expect(texts, `reader ${reader}`).toEqual(expected.map((author) => `of ${author}`));
      expect(expected.length).toBeLessThan(authors.length);
    }
  });

  it('is created once per set of options', async () => {
    const cacheDir = await makeDataDir();
    const bytesOf = async (graph: FollowGraphOptions): Promise<Buffer> => {
      const dataDir = await makeDataDir();
      await seedFriends(dataDir, graph, cacheDir);
      return readFileSync(join(dataDir, 'posted.sqlite'));
    };
    const first = await bytesOf(options);
    // A new database has a new epoch.
    expect((await bytesOf(options)).equals(first)).toBe(true);
    expect((await bytesOf({ ...options, seed: 4 })).equals(first)).toBe(false);
  });
});
