import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { request, startFeed } from '../support/feed-server.ts';
import { bearer, connectClient } from '../support/websocket.ts';
import { ecPair, es256, forge, type PemPair, publicJwk } from './auth/forge.ts';

const [first, second] = [ecPair('P-256'), ecPair('P-256')];

function tokenOf(userId: string, { privateKey }: PemPair, kid?: string): string {
  const claims = { sub: userId, exp: Math.floor(Date.now() / 1000) + 3600 };
  return forge({ alg: 'ES256', ...(kid === undefined ? {} : { kid }) }, claims, es256(privateKey));
}

/** Publishes keys; `answer` can be replaced. */
async function startIssuer() {
  const issuer = {
    fetches: 0,
    answer: ((_, response) => response.end(JSON.stringify({ keys: issuer.keys }))) as RequestListener,
    keys: [{ ...publicJwk(first), kid: '1' }] as readonly object[],
    url: '',
  };
  const server = createServer((incoming, response) => {
    issuer.fetches += 1;
    issuer.answer(incoming, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  issuer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks?key=hidden`;
  return issuer;
}

async function startTrusting({ url: JWT_JWKS }: { readonly url: string }) {
  return await startFeed({ JWT_SECRET: '', JWT_JWKS });
}

const soon = { timeout: 20_000, interval: 200 };

async function statusWith(url: string, token: string): Promise<number> {
  return (await request(url, 'GET', '/post/feed', { token })).status;
}

describe.each([
  [
    'a public key',
    async () => ({ kid: undefined, ...(await startFeed({ JWT_SECRET: '', JWT_PUBLIC_KEY: first.pem })) }),
  ],
  ['a URL of keys', async () => ({ kid: '1', ...(await startTrusting(await startIssuer())) })],
] as const)('with %s of another issuer', (_, start) => {
  it('users who never registered here befriend each other and receive posts', async () => {
    const { url, socketUrl, kid } = await start();
    const [ada, bob] = [randomUUID(), randomUUID()];
    const [ofAda, ofBob] = [tokenOf(ada, first, kid), tokenOf(bob, first, kid)];
    expect((await request(url, 'PUT', `/friend/set/${bob}`, { token: ofAda })).status).toBe(200);
    const socket = await connectClient(`${socketUrl}/post/feed/posted?audience=friends`, bearer(ofAda));
    const posted = await request(url, 'POST', '/post/create', { token: ofBob, body: { text: 'Hello' } });
    expect(posted.status).toBe(200);
    const [frame = ''] = await socket.take(1);
    expect(JSON.parse(frame)).toMatchObject({ payload: { postId: posted.body, author_user_id: bob } });
    expect((await request(url, 'GET', '/post/feed', { token: ofAda })).body).toMatchObject([
      { text: 'Hello' },
    ]);
    expect((await request(url, 'PUT', `/friend/delete/${bob}`, { token: ofAda })).status).toBe(200);
    expect((await request(url, 'GET', '/post/feed', { token: ofAda })).body).toEqual([]);
  });

  it('registration and login say that they are off', async () => {
    const { url } = await start();
    const password = 'correct horse';
    const off = {
      status: 403,
      body: { code: 'forbidden', message: expect.stringContaining('another issuer') },
    };
    expect(await request(url, 'POST', '/login', { body: { id: randomUUID(), password } })).toMatchObject(off);
    const body = { first_name: 'Ada', second_name: 'Lovelace', password };
    expect(await request(url, 'POST', '/user/register', { body })).toMatchObject(off);
  });
});

describe('the keys at a URL', () => {
  it('are fetched for an unknown kid, and then not again for a minute', async () => {
    const issuer = await startIssuer();
    const { url } = await startTrusting(issuer);
    const user = randomUUID();
    await vi.waitFor(async () => expect(await statusWith(url, tokenOf(user, first, '1'))).toBe(200), soon);
    issuer.keys = [...issuer.keys, { ...publicJwk(second), kid: '2' }];
    const fetches = issuer.fetches;
    expect(await statusWith(url, tokenOf(user, second, '2'))).toBe(200);
    expect(issuer.fetches).toBe(fetches + 1);
    for (const kid of ['3', '4', '5']) expect(await statusWith(url, tokenOf(user, second, kid))).toBe(401);
    expect(issuer.fetches).toBe(fetches + 1);
  });

  it.each<readonly [what: string, answer: RequestListener, cause: string]>([
    ['an error', (_, response) => void response.writeHead(500).end(), 'the answer is 500'],
    [
      'a redirect',
      (_, response) => void response.writeHead(302, { Location: '/' }).end(),
      'cannot connect (unexpected redirect)',
    ],
    [
      'an endless answer',
      (_, response) => void response.end('x'.repeat(1_000_000)),
      'the answer has more than 262144 bytes',
    ],
    ['a page', (_, response) => void response.end('<html>'), 'it is not JSON'],
    [
      'secrets',
      (_, response) => void response.end('{"keys":[{"kty":"oct","kid":"1","k":"AAAA"}]}'),
      'no key is usable; key 1: only kty RSA and EC are supported',
    ],
  ])(
    'that answers with %s leave the server running but not ready until they can be read',
    async (_, answer, cause) => {
      const issuer = await startIssuer();
      const { answer: good } = issuer;
      issuer.answer = answer;
      const { url, logged } = await startTrusting(issuer);
      const token = tokenOf(randomUUID(), first, '1');
      await vi.waitFor(
        () => expect(logged).toContainEqual(['warn', expect.objectContaining({ cause }), expect.any(String)]),
        soon,
      );
      expect(await request(url, 'GET', '/readyz')).toMatchObject({
        status: 503,
        body: { dependencies: { keys: 'down' } },
      });
      expect(await statusWith(url, token)).toBe(503);
      issuer.answer = good;
      await vi.waitFor(async () => expect(await statusWith(url, token)).toBe(200), soon);
      expect((await request(url, 'GET', '/readyz')).status).toBe(200);
      expect(JSON.stringify(logged)).not.toContain('hidden');
    },
  );
});
