import { describe, expect, it } from 'vitest';
import { registerUser, request, startFeed } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';

async function foundNames(url: string, firstName: string, lastName: string): Promise<readonly unknown[]> {
  const query = new URLSearchParams({ first_name: firstName, last_name: lastName });
  const { status, body } = await request(url, 'GET', `/user/search?${query}`);
  expect(status).toBe(200);
  return (body as readonly { readonly first_name: string }[]).map(({ first_name }) => first_name);
}

describe('a search for users', () => {
  it('compares the names as people read them, and leaves the biographies out', async () => {
    const { url } = await startFeed();
    const user = {
      first_name: 'Алёна',
      second_name: 'Е\u0308лкина',
      biography: 'о себе '.repeat(1000),
      city: 'Орёл',
      password: 'a password of some length',
    };
    await request(url, 'POST', '/user/register', { body: user });
    const { body } = await request(
      url,
      'GET',
      `/user/search?${new URLSearchParams({ first_name: 'АЛЕ', last_name: 'ёлк' })}`,
    );
    expect(body).toEqual([
      { id: expect.any(String), first_name: 'Алёна', second_name: 'Е\u0308лкина', city: 'Орёл' },
    ]);
  });
});

describePostgres('a search on a database that an earlier version uses too', (postgres) => {
  it('finds the users whom that version has registered', async () => {
    const DATABASE_URL = await postgres().createDatabase();
    const first = await startFeed({ DATABASE_URL });
    await registerUser(first.url, 'Ada');
    await postgres().query(
      DATABASE_URL,
      `insert into app_user (id, first_name, second_name, password_hash)
       select gen_random_uuid(), 'ADAM', 'Lovelace ' || n, '' from generate_series(1, 250) as n`,
    );
    expect(await foundNames(first.url, 'ada', 'l')).toEqual(['Ada']);
    const second = await startFeed({ DATABASE_URL });
    await expect.poll(() => foundNames(second.url, 'adam', 'love')).toHaveLength(250);
  });

  it('ends a page before 1 MB', async () => {
    const DATABASE_URL = await postgres().createDatabase();
    await (await startFeed({ DATABASE_URL })).server.close();
    // Six bytes of JSON each, but one byte in the store.
    await postgres().query(
      DATABASE_URL,
      `insert into app_user (id, first_name, second_name, password_hash)
       select gen_random_uuid(), 'A' || repeat(chr(1), 199), 'L' || repeat(chr(1), 199), ''
       from generate_series(1, 500)`,
    );
    const { url } = await startFeed({ DATABASE_URL });
    const readPages = async (): Promise<readonly number[]> => {
      const lengths: number[] = [];
      for (let path: string | null = '/user/search?first_name=A&last_name=L'; path !== null; ) {
        const { headers, body } = await request(url, 'GET', path);
        expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(1_048_576);
        lengths.push((body as readonly unknown[]).length);
        const [, next] = /^<(.*)>; rel="next"$/.exec(headers.get('Link') ?? '') ?? [];
        path = next === undefined ? null : new URL(next, `${url}${path}`).href.slice(url.length);
      }
      return lengths;
    };
    await expect.poll(async () => (await readPages()).reduce((sum, length) => sum + length, 0)).toBe(500);
    expect((await readPages()).length).toBeGreaterThan(1);
  });
});
