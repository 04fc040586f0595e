import { createHmac, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeDataDir, request, startFeed } from '../support/feed-server.ts';
import { signToken } from '../support/tokens.ts';
import { forge, hs256 } from './auth/forge.ts';

const password = 'correct horse battery staple';

interface Secret {
  readonly kty: 'oct';
  readonly kid: string;
  readonly k: string;
}

function newSecret(kid: string): Secret {
  return { kty: 'oct', kid, k: randomBytes(32).toString('base64url') };
}

/** A server with a file of keys, which can be changed. */
async function startWithKeys(...first: readonly Secret[]) {
  const path = join(await makeDataDir(), 'keys.json');
  const write = (keys: readonly Secret[]) => writeFile(path, JSON.stringify({ keys }));
  await write(first);
  const feed = await startFeed({ JWT_KEYS: path });
  const registered = await request(feed.url, 'POST', '/user/register', {
    body: { first_name: 'Ada', second_name: 'Lovelace', password },
  });
  const { user_id: id } = registered.body as { readonly user_id: string };
  return {
    ...feed,
    id,
    path,
    write,
    async login(): Promise<string> {
      const { body } = await request(feed.url, 'POST', '/login', { body: { id, password } });
      return (body as { readonly token: string }).token;
    },
    async statusWith(token: string): Promise<number> {
      return (await request(feed.url, 'GET', '/post/feed', { token })).status;
    },
  };
}

function kidOf(token: string): unknown {
  const header = Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString();
  return (JSON.parse(header) as { readonly kid?: unknown }).kid;
}

/** Waits for a file to be read again. */
const soon = { timeout: 10_000, interval: 100 };

describe('the file of keys', () => {
  const [older, newer] = [newSecret('2026-10'), newSecret('2026-11')];

  it('rotates keys without a restart: the first one signs, all verify, and a removed one ends its tokens', async () => {
    const feed = await startWithKeys(older);
    const token = await feed.login();
    expect(kidOf(token)).toBe('2026-10');

    await feed.write([newer, older]);
    await vi.waitFor(async () => expect(kidOf(await feed.login())).toBe('2026-11'), soon);
    expect(await feed.statusWith(token)).toBe(200);

    await feed.write([newer]);
    await vi.waitFor(async () => expect(await feed.statusWith(token)).toBe(401), soon);
    expect(await feed.statusWith(await feed.login())).toBe(200);
  });

  it('is read at once for a token of a new key', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const feed = await startWithKeys(older);
    await feed.write([older, newer]);
    const claims = { sub: feed.id, exp: Math.floor(Date.now() / 1000) + 60 };
    const header = { alg: 'HS256', kid: newer.kid };
    const secret = Buffer.from(newer.k, 'base64url');
    const sign = (input: string) => createHmac('sha256', secret).update(input).digest();
    expect(await feed.statusWith(forge(header, claims, sign))).toBe(200);
  });

  it('still accepts tokens without a kid that JWT_SECRET has signed, and no others', async () => {
    const feed = await startWithKeys(newer);
    expect(await feed.statusWith(signToken(feed.id))).toBe(200);
    const claims = { sub: feed.id, exp: Math.floor(Date.now() / 1000) + 60 };
    expect(await feed.statusWith(forge({ alg: 'HS256' }, claims, hs256(newer.k)))).toBe(401);
    expect(await feed.statusWith(signToken(feed.id, { keyid: newer.kid }))).toBe(401);
  });

  it('that is damaged changes nothing, and is logged without its content', async () => {
    const feed = await startWithKeys(newer);
    await writeFile(feed.path, `{"keys":[${JSON.stringify(older)}`);
    await vi.waitFor(
      () =>
        expect(feed.logged).toContainEqual([
          'warn',
          expect.objectContaining({ cause: 'it is not JSON' }),
          expect.any(String),
        ]),
      soon,
    );
    expect(kidOf(await feed.login())).toBe('2026-11');
    expect(JSON.stringify(feed.logged)).not.toContain(older.k);
  });
});
