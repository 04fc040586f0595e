import { describe, expect, it } from 'vitest';
import { PostedClientError } from '../../../src/runtime/client/index.ts';
import { connect } from '../../../src/runtime/client/node.ts';
import { news } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openChat, rejection } from './open-chat.ts';
import { soon } from './soon.ts';

/** The error body of the REST contract, which refused handshakes have too. */
const body = (message: string) => JSON.stringify({ message, request_id: '1', code: 'x' });

describe('a client that has lost its connection', () => {
  it.each([
    ['is gone without a close frame', 1006],
    ['restarts', 1012],
    ['closes a slow consumer', 4420],
    ['uses an unknown close code', 4999],
  ])('connects again when the server %s', async (_, code) => {
    const server = await startChatServer();
    const { reaches, errors, statuses } = openChat(server.url);
    const connection = await server.nextConnection();
    if (code === 1006) connection.terminate();
    else connection.close(code, 'because');
    expect(await reaches('waiting')).toMatchObject({
      attempt: 1,
      error: { code: 'closed', closeCode: code },
    });
    await reaches('open', 2);
    expect(statuses.map(({ state }) => state)).toEqual([
      'connecting',
      'open',
      'waiting',
      'connecting',
      'open',
    ]);
    expect(errors.map(({ code: error }) => error)).toEqual(code === 4420 ? ['slow_consumer'] : []);
  });

  it('ends without an error after close code 1000', async () => {
    const server = await startChatServer();
    const { client, statuses, errors } = openChat(server.url);
    (await server.nextConnection()).close(1000, 'done');
    expect(await client.closed).toEqual({ code: 1000, reason: 'done' });
    expect(statuses.at(-1)).toEqual({ state: 'closed', code: 1000, reason: 'done', error: null });
    expect(errors).toEqual([]);
  });

  it.each([1002, 1009, 4400, 4403, 4409])('ends with an error after close code %i', async (code) => {
    const server = await startChatServer();
    const { client, statuses, errors } = openChat(server.url);
    (await server.nextConnection()).close(code, 'it broke the rules');
    const error = await rejection(client.closed);
    expect(error).toMatchObject({ code: 'closed', closeCode: code });
    expect(error.message).toBe(`The connection was closed with ${code}: it broke the rules.`);
    expect(statuses.at(-1)).toEqual({ state: 'closed', code, reason: 'it broke the rules', error });
    expect(errors).toEqual([error]);
  });

  it('causes no unhandled rejection if `closed` is ignored', async () => {
    const server = await startChatServer();
    const codes: string[] = [];
    connect(news, { url: server.url, onError: ({ code }) => codes.push(code) });
    (await server.nextConnection()).close(4403);
    await expect.poll(() => codes, soon).toEqual(['closed']);
    // Unhandled rejections are reported, by vitest too, after a turn of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('ends at the first lost connection with `reconnect: false`', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url, { reconnect: false });
    (await server.nextConnection()).terminate();
    expect(await rejection(client.closed)).toMatchObject({ code: 'closed', closeCode: 1006 });
    expect(server.handshakes).toHaveLength(1);
  });

  it('waits a random time with a limit that doubles with each attempt', async () => {
    const server = await startChatServer({ refuse: () => ({ status: 503 }) });
    const { reaches, statuses } = openChat(server.url, { reconnect: { baseMs: 4, maxMs: 20 } });
    await reaches('waiting', 12);
    const waits = statuses.filter((status) => status.state === 'waiting');
    const limits = [4, 8, 16, 20, 20, 20, 20, 20, 20, 20, 20, 20];
    for (const [index, limitMs] of limits.entries()) {
      expect(waits[index]?.attempt).toBe(index + 1);
      expect(waits[index]?.delayMs).toBeLessThanOrEqual(limitMs);
    }
    expect(new Set(waits.slice(3).map(({ delayMs }) => delayMs)).size).toBeGreaterThan(1);
  });

  it('keeps trying while the server is down', async () => {
    const { reaches, client } = openChat('ws://localhost:1');
    const { error } = await reaches('waiting', 10);
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error.message).toMatch(/^The server could not be reached: .*ECONNREFUSED/);
    client.close();
    await client.closed;
  });

  it('requests a token before every attempt', async () => {
    const server = await startChatServer();
    let calls = 0;
    openChat(server.url, { auth: async () => `token-${++calls}` });
    (await server.nextConnection()).terminate();
    (await server.nextConnection()).terminate();
    await server.nextConnection();
    expect(server.handshakes.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-3',
    ]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('offline')), 'failed'],
    ['returns an invalid token', () => 'two\r\nlines', 'bearerAuth must be a bearer token'],
    ['never settles', () => new Promise<string>(() => {}), 'failed'],
  ])('tries again when the token function %s', async (_, credential, problem) => {
    const server = await startChatServer();
    let calls = 0;
    const { reaches } = openChat(server.url, {
      auth: () => (++calls === 1 ? credential() : 'token'),
      connectTimeoutMs: 200,
    });
    const { error } = await reaches('waiting');
    expect(error).toMatchObject({ code: 'credentials' });
    expect(error.message).toContain(problem);
    await reaches('open');
  });

  it('ends when the token function throws `unauthorized`', async () => {
    const server = await startChatServer();
    const error = new PostedClientError('unauthorized', 'The user has logged out.');
    const { client } = openChat(server.url, { auth: () => Promise.reject(error) });
    expect(await rejection(client.closed)).toBe(error);
    expect(server.handshakes).toHaveLength(0);
  });

  it('gives up a handshake without an answer', async () => {
    let calls = 0;
    const server = await startChatServer({ refuse: () => (++calls === 1 ? 'ignore' : undefined) });
    const { reaches } = openChat(server.url, { connectTimeoutMs: 50 });
    const { error } = await reaches('waiting');
    expect(error).toMatchObject({
      code: 'unreachable',
      message: 'The server could not be reached: no answer within 50 ms.',
    });
    await expect.poll(() => server.handshakes[0]?.socket.destroyed, soon).toBe(true);
    await reaches('open');
  });

  it('gives up a silent connection', async () => {
    const server = await startChatServer();
    const { reaches } = openChat(server.url, { silenceTimeoutMs: 50 });
    const { error } = await reaches('waiting');
    expect(error.message).toBe('The connection was lost: no message or ping within 50 ms.');
    await reaches('open', 2);
  });

  it('keeps a connection that receives pings', async () => {
    const server = await startChatServer();
    const { reaches, statuses } = openChat(server.url, { silenceTimeoutMs: 400 });
    const connection = await server.nextConnection();
    await reaches('open');
    for (let count = 0; count < 12; count += 1) {
      connection.ping();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'open']);
  });
});

describe('a client whose handshake is refused', () => {
  it.each([400, 403, 404, 426, 302])(
    'ends after HTTP %i with the explanation of the server',
    async (status) => {
      const server = await startChatServer({ refuse: () => ({ status, body: body('It is \u001b[31mso.') }) });
      const { client, errors } = openChat(server.url, { auth: () => 'token' });
      const error = await rejection(client.closed);
      expect(error).toMatchObject({ code: 'refused', status });
      expect(error.message).toBe(`The server refused the connection with HTTP ${status}: It is  [31mso.`);
      expect(errors).toEqual([error]);
      expect(server.handshakes).toHaveLength(1);
    },
  );

  it.each([408, 425, 429, 500, 502, 503])('tries again after HTTP %i', async (status) => {
    let calls = 0;
    const server = await startChatServer({ refuse: () => (++calls === 1 ? { status } : undefined) });
    const { reaches } = openChat(server.url);
    expect((await reaches('waiting')).error).toMatchObject({ code: 'refused', status });
    await reaches('open');
  });

  it.each([
    ['in seconds', '7', 7_000, 7_010],
    ['as a date', () => new Date(Date.now() + 60_000).toUTCString(), 50_000, 60_010],
    ['that is too long', '99999999999', 3_600_000, 3_600_010],
    ['in the past', 'Sun, 06 Nov 1994 08:49:37 GMT', 0, 10],
    ['that is not valid', 'soon', 0, 10],
  ])('handles a Retry-After %s', async (_, header, atLeastMs, atMostMs) => {
    const value = typeof header === 'string' ? header : header();
    const server = await startChatServer({
      refuse: () => ({ status: 503, headers: { 'Retry-After': value } }),
    });
    const { reaches } = openChat(server.url);
    const { delayMs } = await reaches('waiting');
    expect(delayMs).toBeGreaterThanOrEqual(atLeastMs);
    expect(delayMs).toBeLessThanOrEqual(atMostMs);
  });

  it.each([
    ['an HTML page', '<html>', ''],
    ['an empty body', '', ''],
    ['a body that is too large', `{"message":"${'x'.repeat(100_000)}"}`, ''],
    ['a long text', body('x'.repeat(10_000)), `: ${'x'.repeat(300)}`],
  ])('accepts %s as the explanation', async (_, page, shown) => {
    const server = await startChatServer({ refuse: () => ({ status: 404, body: page }) });
    const error = await rejection(openChat(server.url).client.closed);
    expect(error.message).toBe(`The server refused the connection with HTTP 404${shown}.`);
  });

  it('settles for the status of a response that never ends', async () => {
    const server = await startChatServer({
      refuse: () => ({ status: 404, headers: { 'Content-Length': '100' }, body: '{' }),
    });
    expect(await rejection(openChat(server.url).client.closed)).toMatchObject({
      code: 'refused',
      status: 404,
    });
  });
});
