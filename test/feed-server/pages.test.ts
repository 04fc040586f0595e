import { describe, expect, it } from 'vitest';
import { fitPage, linkToNext, maxPageBytes } from '../../src/feed-server/handlers/pages.ts';
import { type Answer, registerUser, request, startFeed } from '../support/feed-server.ts';

const password = 'correct horse battery staple';

interface Item {
  readonly id: string;
}

/** The address of the next page; null if there is none. */
function nextOf({ headers }: Answer, path: string): string | null {
  const [, target] = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '') ?? [];
  if (target === undefined) return null;
  const { pathname, search } = new URL(target, `http://localhost${path}`);
  return pathname + search;
}

/** The bodies of all pages, following the links. */
async function readPages(url: string, first: string, token?: string): Promise<readonly (readonly Item[])[]> {
  const pages: (readonly Item[])[] = [];
  for (let path: string | null = first; path !== null; ) {
    const answer: Answer = await request(url, 'GET', path, token === undefined ? {} : { token });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(Buffer.byteLength(JSON.stringify(answer.body))).toBeLessThanOrEqual(maxPageBytes);
    pages.push(answer.body as readonly Item[]);
    path = nextOf(answer, path);
  }
  return pages;
}

async function register(url: string, names: object): Promise<string> {
  const { body } = await request(url, 'POST', '/user/register', { body: { ...names, password } });
  return (body as { readonly user_id: string }).user_id;
}

describe('GET /user/search', () => {
  it('links to the next page, with names that need encoding', async () => {
    const { url } = await startFeed();
    const names = { first_name: 'Ö & "<é>', second_name: 'a+b, c' };
    const ids = [await register(url, names), await register(url, names), await register(url, names)];
    const query = new URLSearchParams({ first_name: 'Ö & "<', last_name: 'a+b,' });
    expect(await readPages(url, `/user/search?${query}`)).toMatchObject([
      ids.toSorted().map((id) => ({ id, ...names })),
    ]);
    const pages = await readPages(url, `/user/search?${query}&limit=2`);
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([
      ids.toSorted().slice(0, 2),
      ids.toSorted().slice(2),
    ]);
  });

  it.each([
    ['after=x', 400, 'invalid_request'],
    ['after=00000000-0000-4000-8000-000000000000', 404, 'not_found'],
    ['limit=0', 400, 'invalid_request'],
    ['limit=1001', 400, 'invalid_request'],
  ])('refuses %s with %i', async (query, status, code) => {
    const { url } = await startFeed();
    const answer = await request(url, 'GET', `/user/search?first_name=A&last_name=L&${query}`);
    expect(answer).toMatchObject({ status, body: { code } });
  });
});

describe('GET /post/feed', () => {
  it('links to the next page, which begins where the previous one ends', async () => {
    const { url } = await startFeed();
    const [ada, bob] = await Promise.all([registerUser(url), registerUser(url)]);
    await ada.befriend(bob);
    const ids: unknown[] = [];
    for (const text of ['1', '2', '3', '4', '5']) ids.push((await bob.post(text)).body);
    const expected = ids.toReversed();
    const pages = await readPages(url, '/post/feed?limit=2', ada.token);
    expect(pages.flat().map(({ id }) => id)).toEqual(expected);
    const first = await request(url, 'GET', '/post/feed?limit=2&offset=1', { token: ada.token });
    await bob.post('6');
    const second = await request(url, 'GET', nextOf(first, '/post/feed') ?? '', { token: ada.token });
    expect((second.body as readonly Item[]).map(({ id }) => id)).toEqual(expected.slice(3));
  });

  it('ends a page before 1 MB', async () => {
    const { url } = await startFeed();
    const [ada, bob] = await Promise.all([registerUser(url), registerUser(url)]);
    await ada.befriend(bob);
    for (let count = 0; count < 18; count += 1) await bob.post('\u0001'.repeat(10_000));
    const pages = await readPages(url, '/post/feed?limit=1000', ada.token);
    expect(pages.map((page) => page.length)).toEqual([16, 2]);
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(18);
  });

  it('refuses an offset above 10,000', async () => {
    const { url } = await startFeed();
    const { token } = await registerUser(url);
    const ask = (offset: number) => request(url, 'GET', `/post/feed?offset=${offset}`, { token });
    expect(await ask(10_000)).toMatchObject({ status: 200, body: [] });
    expect(await ask(10_001)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', message: 'query /offset must be <= 10000' },
    });
  });
});

describe('a page', () => {
  it('has at least one item, so that every page makes progress', () => {
    const large = 'x'.repeat(maxPageBytes + 1);
    expect(fitPage([large, 'y'])).toEqual([large]);
    expect(fitPage([])).toEqual([]);
  });

  it('is exactly as large as the limit if its items are', () => {
    const half = 'x'.repeat(maxPageBytes / 2 - '"",'.length);
    expect(JSON.stringify(fitPage([half, half.slice(1), 'y'])).length).toBe(maxPageBytes);
  });

  it('links to the next with a query that contains no character of the header syntax', () => {
    expect(linkToNext({ name: '">; rel="prev', after: 1 })).toEqual({
      Link: '<?name=%22%3E%3B+rel%3D%22prev&after=1>; rel="next"',
    });
  });
});
