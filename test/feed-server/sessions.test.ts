import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { makeDataDir, registerUser, request, startFeed, type TestUser } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';
import { signToken } from '../support/tokens.ts';
import { bearer, connectClient, refusedHandshake } from '../support/websocket.ts';
import { startNode } from './faults/node.ts';

const channel = '/post/feed/posted';
const password = 'correct horse battery staple';
const newPassword = 'analytical engine';

async function login(url: string, id: string, with_ = password): Promise<string> {
  const { body } = await request(url, 'POST', '/login', { body: { id, password: with_ } });
  return (body as { readonly token: string }).token;
}

function changePassword(url: string, token: string, old_password = password) {
  return request(url, 'POST', '/user/password', { token, body: { old_password, password: newPassword } });
}

async function statusWith(url: string, token: string): Promise<number> {
  return (await request(url, 'GET', '/post/feed', { token })).status;
}

function connect(url: string, token: string) {
  return connectClient(`${url.replace(/^http/, 'ws')}${channel}`, bearer(token));
}

async function handshakeStatus(url: string, token: string): Promise<number> {
  return (await refusedHandshake(`${url.replace(/^http/, 'ws')}${channel}`, bearer(token))).status;
}

describe('logout', () => {
  it('ends its token and its connections, and no others', async () => {
    const { url } = await startFeed();
    const { id, token } = await registerUser(url);
    const other = await login(url, id);
    const [ended, kept] = await Promise.all([connect(url, token), connect(url, other)]);
    expect((await request(url, 'POST', '/logout', { token })).status).toBe(200);
    expect(await statusWith(url, token)).toBe(401);
    expect(await handshakeStatus(url, token)).toBe(401);
    expect((await ended.closed).code).toBe(4401);
    expect((await request(url, 'POST', '/logout', { token })).status).toBe(401);
    expect(await statusWith(url, other)).toBe(200);
    expect(kept.webSocket.readyState).toBe(kept.webSocket.OPEN);
  });

  it('ends a token without a jti, such as those of earlier versions', async () => {
    const { url } = await startFeed();
    const { id } = await registerUser(url);
    const [token, other] = [signToken(id), signToken(id, { expiresIn: 7200 })];
    expect((await request(url, 'POST', '/logout', { token })).status).toBe(200);
    expect(await statusWith(url, token)).toBe(401);
    expect(await statusWith(url, other)).toBe(200);
  });

  it('still holds after a restart, and after retention has removed its event', async () => {
    const DATA_DIR = await makeDataDir();
    const first = await startFeed({ DATA_DIR, RETENTION_SECONDS: '1' });
    const { token } = await registerUser(first.url);
    await request(first.url, 'POST', '/logout', { token });
    await first.server.close();
    const again = await startFeed({ DATA_DIR, RETENTION_SECONDS: '1' });
    expect(await statusWith(again.url, token)).toBe(401);
  });
});

describe('a new password', () => {
  it('ends all earlier tokens and their connections, with and without a version', async () => {
    const { url } = await startFeed();
    const { id, token } = await registerUser(url);
    const ofEarlierVersion = signToken(id);
    const sockets = await Promise.all([connect(url, token), connect(url, ofEarlierVersion)]);
    expect((await changePassword(url, token)).status).toBe(200);
    for (const each of [token, ofEarlierVersion, signToken(id, { jwtid: 'x' })]) {
      expect(await statusWith(url, each)).toBe(401);
      expect(await handshakeStatus(url, each)).toBe(401);
    }
    for (const { closed } of sockets) expect((await closed).code).toBe(4401);
    expect((await request(url, 'POST', '/login', { body: { id, password } })).status).toBe(401);
    const newer = await login(url, id, newPassword);
    expect(await statusWith(url, newer)).toBe(200);
    expect((await connect(url, newer)).webSocket.readyState).toBe(1);
  });

  it('needs the old one, and changes nothing without it', async () => {
    const { url } = await startFeed();
    const { id, token } = await registerUser(url);
    expect(await changePassword(url, token, 'wrong')).toMatchObject({
      status: 401,
      body: { message: 'The password is wrong.' },
    });
    expect(await statusWith(url, token)).toBe(200);
    expect(await statusWith(url, await login(url, id))).toBe(200);
    const stranger = signToken(randomUUID());
    expect((await changePassword(url, stranger)).status).toBe(404);
  });

  it('that two requests set at once is that of one of them', async () => {
    const { url } = await startFeed();
    const { token } = await registerUser(url);
    const answers = await Promise.all([changePassword(url, token), changePassword(url, token)]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 401]));
  });
});

/** Resolves with the milliseconds after which every other node refuses the token, over REST and on its sockets. */
async function timeToEnd(
  urls: readonly string[],
  token: string,
  end: () => Promise<unknown>,
): Promise<number> {
  const sockets = await Promise.all(urls.map((url) => connect(url, token)));
  // Every node has verified the token.
  for (const url of urls) expect(await statusWith(url, token)).toBe(200);
  await end();
  const startMs = performance.now();
  expect(await statusWith(urls[0] ?? '', token)).toBe(401);
  expect(await handshakeStatus(urls[0] ?? '', token)).toBe(401);
  const codes = sockets.map(async ({ closed }) => (await closed).code);
  const refused = urls.map((url) =>
    vi.waitFor(async () => expect(await statusWith(url, token)).toBe(401), { timeout: 5000, interval: 5 }),
  );
  expect(await Promise.all(codes)).toEqual(urls.map(() => 4401));
  await Promise.all(refused);
  const elapsedMs = performance.now() - startMs;
  for (const url of urls) expect(await handshakeStatus(url, token)).toBe(401);
  return elapsedMs;
}

/** For starting three processes on a busy machine. */
const slow = { timeout: 240_000 };

describePostgres('three nodes', (server) => {
  /** Three servers in processes of their own, without a broker, and a user who is connected to each. */
  async function start() {
    const DATABASE_URL = await server().createDatabase();
    const nodes = [];
    for (let count = 0; count < 3; count += 1) nodes.push(await startNode({ DATABASE_URL }));
    const urls = nodes.map(({ url }) => url);
    const [first = '', ...others] = urls;
    return { urls, first, others };
  }

  it('refuse a token within a second of its logout, over REST and on sockets', slow, async () => {
    const { urls, first } = await start();
    const { id }: TestUser = await registerUser(first);
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const token = await login(first, id);
      times.push(await timeToEnd(urls, token, () => request(first, 'POST', '/logout', { token })));
    }
    // The fastest: this machine may be busy with other tests.
    expect(Math.min(...times)).toBeLessThan(1000);
  });

  it('refuse all tokens within a second of a new password, and accept those issued since', slow, async () => {
    const { urls, first, others } = await start();
    const { id, token } = await registerUser(first);
    expect(await timeToEnd(urls, token, () => changePassword(first, token))).toBeLessThan(1000);
    const newer = await login(others[0] ?? '', id, newPassword);
    for (const url of urls) expect(await statusWith(url, newer)).toBe(200);
  });
});
