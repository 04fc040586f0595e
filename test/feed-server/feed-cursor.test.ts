import { describe, expect, it } from 'vitest';
import type { PostMessage } from '../../generated/asyncapi/models.ts';
import { type Answer, registerUser, request, startFeed, type TestUser } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';
import { subscribe, takePosts, takeReady } from './resumable-client.ts';

interface FirstPage {
  readonly cursor: string;
  readonly ids: readonly string[];
  readonly link: string | null;
}

async function readPage(url: string, { token }: TestUser, query: string): Promise<Answer> {
  const answer = await request(url, 'GET', `/post/feed${query}`, { token });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer;
}

const idsOf = ({ body }: Answer) => (body as readonly { readonly id: string }[]).map(({ id }) => id);

/** Reads the feed in pages of `limit`: its cursor, and the ids of all posts. */
async function readFeed(
  url: string,
  reader: TestUser,
  limit: number,
): Promise<Pick<FirstPage, 'cursor' | 'ids'>> {
  const first = await readPage(url, reader, `?limit=${limit}`);
  const ids = [...idsOf(first)];
  for (let page = first; ; ) {
    const [, query] = /^<(.*)>/.exec(page.headers.get('link') ?? '') ?? [];
    if (query === undefined) return { cursor: first.headers.get('feed-cursor') ?? '', ids };
    page = await readPage(url, reader, query);
    expect(page.headers.get('feed-cursor')).toBeNull();
    ids.push(...idsOf(page));
  }
}

function describeFeedCursor(start: () => ReturnType<typeof startFeed>): void {
  it('continues exactly after the pages while friends post', async () => {
    const feed = await start();
    const { url } = feed;
    const reader = await registerUser(url);
    const authors = await Promise.all(Array.from({ length: 5 }, () => registerUser(url)));
    for (const author of authors.slice(1)) await reader.befriend(author);
    const expected: string[] = [];
    const reading = new AbortController();
    const posting = authors.map(async (author, index) => {
      for (let count = 0; !reading.signal.aborted || count < 20; count += 1) {
        const { body } = await author.post(`${count}`);
        if (index > 0) expected.push(String(body));
      }
    });
    const reads: (readonly [cursor: string, ids: readonly string[]])[] = [];
    for (let round = 0; round < 6; round += 1) {
      const { cursor, ids } = await readFeed(url, reader, [3, 1000][round % 2] ?? 10);
      reads.push([cursor, ids]);
    }
    reading.abort();
    await Promise.all(posting);
    for (const [cursor, ids] of reads) {
      const client = await subscribe(feed, reader, `audience=friends&since=${cursor}`);
      expect((await takeReady(client)).resumed).toBe(true);
      const streamed: readonly PostMessage[] =
        ids.length === expected.length ? [] : await takePosts(client, expected.length - ids.length);
      const all = [...ids, ...streamed.map(({ payload }) => payload.postId)];
      expect(new Set(all)).toEqual(new Set(expected));
      expect(all.length).toBe(expected.length);
      client.webSocket.close();
    }
    expect(reads.some(([, ids]) => ids.length > 0 && ids.length < expected.length)).toBe(true);
  });

  it('is on the first page only, also if it is empty', async () => {
    const feed = await start();
    const { url } = feed;
    const [ada, bob] = await Promise.all([registerUser(url), registerUser(url)]);
    const empty = await readPage(url, ada, '');
    expect(empty.body).toEqual([]);
    await ada.befriend(bob);
    const { body: id } = await bob.post('first');
    const client = await subscribe(feed, ada, `audience=friends&since=${empty.headers.get('feed-cursor')}`);
    expect((await takeReady(client)).resumed).toBe(true);
    expect((await takePosts(client, 1)).map(({ payload }) => payload.postId)).toEqual([id]);
    const pages = await Promise.all(
      ['?offset=0', '?offset=1', '?after=1000'].map((query) => readPage(url, ada, query)),
    );
    expect(pages.map(({ headers }) => headers.has('feed-cursor'))).toEqual([true, false, false]);
  });
}

describe('the Feed-Cursor of an embedded store', () => {
  describeFeedCursor(() => startFeed());
});

describePostgres('the Feed-Cursor of PostgreSQL', (server) => {
  describeFeedCursor(async () => await startFeed({ DATABASE_URL: await server().createDatabase() }));
});
