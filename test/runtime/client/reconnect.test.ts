import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PostedClientError } from '../../../src/runtime/client/index.ts';
import { connect } from '../../../src/runtime/client/node.ts';
import { news } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openChat, rejection } from './open-chat.ts';
import { soon } from './soon.ts';

/** The error body of the REST contract, with which handshakes are refused too. */
const body = (message: string) => JSON.stringify({ message, request_id: '1', code: 'x' });

describe('a client that has lost its connection', () => {
  it.each([
    ['went away without a word', 1006],
    ['restarts', 1012],
    ['found the client slow', 4420],
    ['used a code that nobody knows', 4999],
  ])('connects again after the server %s', async (_, code) => {
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
    expect(errors).toEqual([]);
  });

  it('ends in peace after close code 1000', async () => {
    const server = await startChatServer();
    const { client, statuses, errors } = openChat(server.url);
    (await server.nextConnection()).close(1000, 'done');
    expect(await client.closed).toEqual({ code: 1000, reason: 'done' });
    expect(statuses.at(-1)).toEqual({ state: 'closed', code: 1000, reason: 'done', error: null });
    expect(errors).toEqual([]);
  });

  it.each([1002, 1009, 4400, 4403])('ends with an error after close code %i', async (code) => {
    const server = await startChatServer();
    const { client, statuses, errors } = openChat(server.url);
    (await server.nextConnection()).close(code, 'it broke the rules');
    const error = await rejection(client.closed);
    expect(error).toMatchObject({ code: 'closed', closeCode: code });
    expect(error.message).toBe(`The connection was closed with ${code}: it broke the rules.`);
    expect(statuses.at(-1)).toEqual({ state: 'closed', code, reason: 'it broke the rules', error });
    expect(errors).toEqual([error]);
  });

  it('does no harm where nobody waits for its end', async () => {
    const server = await startChatServer();
    const codes: string[] = [];
    connect(news, { url: server.url, onError: ({ code }) => codes.push(code) });
    (await server.nextConnection()).close(4403);
    await expect.poll(() => codes, soon).toEqual(['closed']);
    // What is rejected and not handled is reported, by vitest too, after a turn of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('ends with the first loss where it must not connect again', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url, { reconnect: false });
    (await server.nextConnection()).terminate();
    expect(await rejection(client.closed)).toMatchObject({ code: 'closed', closeCode: 1006 });
    expect(server.handshakes).toHaveLength(1);
  });

  it('waits a random time that may double with each attempt, up to the limit', async () => {
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

  it('keeps trying while the server is not there', async () => {
    const { reaches, client } = openChat('ws://localhost:1');
    const { error } = await reaches('waiting', 10);
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error.message).toMatch(/^There was no connection: .*ECONNREFUSED/);
    client.close();
    await client.closed;
  });

  it('asks for a token before every attempt', async () => {
    const server = await startChatServer();
    let asked = 0;
    openChat(server.url, { credentials: { bearerAuth: async () => `token-${++asked}` } });
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
    ['gives what is no token', () => 'two\r\nlines', 'gave something else'],
    ['never answers', () => new Promise<string>(() => {}), 'failed'],
  ])('tries again when the function that gives the token %s', async (_, credential, problem) => {
    const server = await startChatServer();
    let asked = 0;
    const { reaches } = openChat(server.url, {
      credentials: { bearerAuth: () => (++asked === 1 ? credential() : 'token') },
      connectTimeoutMs: 200,
    });
    const { error } = await reaches('waiting');
    expect(error).toMatchObject({ code: 'credentials' });
    expect(error.message).toContain(problem);
    await reaches('open');
  });

  it('ends when the function that gives the token says that there is none any more', async () => {
    const server = await startChatServer();
    const error = new PostedClientError('unauthorized', 'The user has logged out.');
    const { client } = openChat(server.url, { credentials: { bearerAuth: () => Promise.reject(error) } });
    expect(await rejection(client.closed)).toBe(error);
    expect(server.handshakes).toHaveLength(0);
  });

  it('gives up an attempt that has no answer', async () => {
    let asked = 0;
    const server = await startChatServer({ refuse: () => (++asked === 1 ? 'ignore' : undefined) });
    const { reaches } = openChat(server.url, { connectTimeoutMs: 50 });
    const { error } = await reaches('waiting');
    expect(error).toMatchObject({
      code: 'unreachable',
      message: 'There was no connection: no answer in 50 ms.',
    });
    await expect.poll(() => server.handshakes[0]?.socket.destroyed, soon).toBe(true);
    await reaches('open');
  });

  it('gives up a connection on which nothing is heard', async () => {
    const server = await startChatServer();
    const { reaches } = openChat(server.url, { silenceTimeoutMs: 50 });
    const { error } = await reaches('waiting');
    expect(error.message).toBe('The connection was lost: nothing was heard for 50 ms.');
    await reaches('open', 2);
  });

  it('takes pings for a sign of life', async () => {
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
  it.each([400, 403, 404, 426, 302])('ends with HTTP %i and what the server said', async (status) => {
    const server = await startChatServer({ refuse: () => ({ status, body: body('It is \u001b[31mso.') }) });
    const { client, errors } = openChat(server.url, { credentials: { bearerAuth: () => 'token' } });
    const error = await rejection(client.closed);
    expect(error).toMatchObject({ code: 'refused', status });
    expect(error.message).toBe(`The server refused the connection with HTTP ${status}: It is  [31mso.`);
    expect(errors).toEqual([error]);
    expect(server.handshakes).toHaveLength(1);
  });

  it.each([408, 425, 429, 500, 502, 503])('tries again after HTTP %i', async (status) => {
    let asked = 0;
    const server = await startChatServer({ refuse: () => (++asked === 1 ? { status } : undefined) });
    const { reaches } = openChat(server.url);
    expect((await reaches('waiting')).error).toMatchObject({ code: 'refused', status });
    await reaches('open');
  });

  it.each([
    ['in seconds', '7', 7_000, 7_010],
    ['as a date', () => new Date(Date.now() + 60_000).toUTCString(), 50_000, 60_010],
    ['beyond reason', '99999999999', 3_600_000, 3_600_010],
    ['in the past', 'Sun, 06 Nov 1994 08:49:37 GMT', 0, 10],
    ['nonsense', 'soon', 0, 10],
  ])('obeys a Retry-After %s', async (_, header, atLeastMs, atMostMs) => {
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
    ['a page', '<html>', ''],
    ['nothing', '', ''],
    ['more than anybody reads', `{"message":"${'x'.repeat(100_000)}"}`, ''],
    ['a text without end', body('x'.repeat(10_000)), `: ${'x'.repeat(300)}`],
  ])('makes do with %s for an explanation', async (_, page, said) => {
    const server = await startChatServer({ refuse: () => ({ status: 404, body: page }) });
    const error = await rejection(openChat(server.url).client.closed);
    expect(error.message).toBe(`The server refused the connection with HTTP 404${said}.`);
  });

  it('makes do with the status of a response that never ends', async () => {
    const server = await startChatServer({
      refuse: () => ({ status: 404, headers: { 'Content-Length': '100' }, body: '{' }),
    });
    expect(await rejection(openChat(server.url).client.closed)).toMatchObject({
      code: 'refused',
      status: 404,
    });
  });
});

describe('a client whose token is refused', () => {
  it('ends at once where the token is a text', async () => {
    const server = await startChatServer({ refuse: () => ({ status: 401 }) });
    const error = await rejection(openChat(server.url).client.closed);
    expect(error).toMatchObject({ code: 'unauthorized', status: 401 });
    expect(server.handshakes).toHaveLength(1);
  });

  it('ends where the function gives the same token again', async () => {
    const server = await startChatServer({ refuse: () => ({ status: 401 }) });
    const error = await rejection(
      openChat(server.url, { credentials: { bearerAuth: () => 'old' } }).client.closed,
    );
    expect(error).toMatchObject({ code: 'unauthorized' });
    expect(error.message).toMatch(/gave the same ones again/);
    expect(server.handshakes).toHaveLength(1);
  });

  it('goes on where the function gives another token', async () => {
    const server = await startChatServer({
      refuse: ({ headers }) => (headers.authorization === 'Bearer old' ? { status: 401 } : undefined),
    });
    const tokens = ['old', 'new'];
    const { reaches } = openChat(server.url, { credentials: { bearerAuth: () => tokens.shift() ?? '' } });
    await reaches('open');
    expect(server.handshakes).toHaveLength(2);
  });

  it('ends where another token is refused too', async () => {
    const server = await startChatServer({ refuse: () => ({ status: 401 }) });
    let asked = 0;
    const { client } = openChat(server.url, { credentials: { bearerAuth: () => `token-${++asked}` } });
    expect(await rejection(client.closed)).toMatchObject({ code: 'unauthorized', status: 401 });
    expect(server.handshakes).toHaveLength(2);
  });

  it('gets another token when the connection is closed with 4401, as often as it happens', async () => {
    const server = await startChatServer();
    let asked = 0;
    openChat(server.url, { credentials: { bearerAuth: () => `token-${++asked}` } });
    for (let count = 0; count < 3; count += 1) (await server.nextConnection()).close(4401);
    await server.nextConnection();
    expect(asked).toBe(4);
  });

  it('ends after 4401 where there is no other token', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url);
    (await server.nextConnection()).close(4401, 'the credentials have expired');
    const error = await rejection(client.closed);
    expect(error).toMatchObject({ code: 'unauthorized', closeCode: 4401 });
    expect(error.message).toBe('The connection was closed with 4401: the credentials have expired.');
  });

  it('never shows the token, even where the server repeats it', async () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.e30.secret';
    const server = await startChatServer({
      refuse: () => ({
        status: 403,
        body: JSON.stringify({ message: `The token ${token} is not for you.` }),
      }),
    });
    const { client, statuses, errors } = openChat(server.url, { credentials: { bearerAuth: token } });
    const error = await rejection(client.closed);
    expect(error.message).toContain('The token [credential] is not for you');
    expect(inspect({ error, statuses, errors }, { depth: 9 })).not.toContain('secret');
  });
});
