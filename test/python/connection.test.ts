import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChatServer } from '../runtime/client/chat-server.ts';
import { acksOf, cursor, frames, sinceOf } from '../runtime/client/resume-feed.ts';
import { soon } from '../runtime/client/soon.ts';
import { makeDataDir } from '../support/feed-server.ts';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { type Line, reason, startProgram } from './python.ts';

const { bye, checkpoint, plainPost, post, ready, reset } = frames;

/** What the application received, in order: the texts of posts and the reasons of resets. */
const delivered = (lines: readonly Line[]): readonly unknown[] =>
  lines.flatMap((line) => [line.post, line.reset].filter((text) => text !== undefined));

const reported = (lines: readonly Line[]): readonly unknown[] =>
  lines.flatMap((line) => (line.reported === undefined ? [] : [line.reported]));

describe.skipIf(reason !== null)(`the Python client and the frames of a server ${reason ?? ''}`, () => {
  let generated: GeneratedPackage;
  beforeAll(async () => {
    generated = await generatePackage('asyncapi.json');
  });
  afterAll(() => generated?.remove());

  const start = (url: string, config: object = {}) =>
    startProgram('feed_app.py', generated.packages, { url, tokens: ['a-token'], ...config });

  it('reports invalid messages without their content, and continues', async () => {
    const server = await startChatServer();
    const { lines, waitFor, stderr } = start(server.url);
    const connection = await server.nextConnection();
    const bad = [
      'secret words',
      '{"text":"secret"}',
      plainPost('secret').replace('postText', 'secret'),
      '[NaN]',
      '['.repeat(100_000),
    ];
    for (const frame of bad) connection.send(frame);
    connection.send(plainPost('good'));
    await waitFor((seen) => seen.find((line) => line.post === 'good'));
    expect(reported(lines)).toEqual(bad.map(() => 'bad_frame'));
    expect(JSON.stringify(lines) + stderr()).not.toContain('secret');
  });

  it('acknowledges where it started, then only the newest cursor, and once more before it closes', async () => {
    const server = await startChatServer();
    const { ended } = start(server.url, { count: 25 });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    connection.send(ready(5));
    await expect.poll(() => acks, soon).toEqual([5]);
    for (let seq = 6; seq <= 30; seq += 1) connection.send(post(seq));
    const [code] = await once(connection, 'close');
    expect(code).toBe(1000);
    expect(acks).toEqual([5, 30]);
    expect(await ended).toBe(0);
  });

  it('acknowledges at once when a quarter of the window is processed', async () => {
    const server = await startChatServer();
    start(server.url);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    connection.send(ready(0, 40));
    for (let seq = 1; seq <= 29; seq += 1) connection.send(post(seq));
    await expect.poll(() => acks, soon).toContain(29);
    // Together with the cursor where it started, which may have been sent before.
    expect(acks.length).toBeGreaterThanOrEqual(3);
  });

  it('does not acknowledge a message that is being processed', async () => {
    const server = await startChatServer();
    const { waitFor } = start(server.url, { work_seconds: 30 });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const text of [ready(0), post(1), post(2)]) connection.send(text);
    await waitFor((lines) => lines.find(({ at_work }) => at_work));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(acks).toEqual([0]);
  });

  it('acknowledges a message once every handler and loop has finished with it', async () => {
    const server = await startChatServer();
    const { waitFor, lines } = start(server.url, { handler_seconds: 0.5 });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const text of [ready(0), post(1), post(2)]) connection.send(text);
    await waitFor((seen) => seen.find((line) => line.post === '1'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(acks).toEqual([0]);
    await expect.poll(() => acks.at(-1), soon).toBe(2);
    const steps = lines.filter((line) => line.post !== undefined || line.handled !== undefined);
    expect(steps).toMatchObject([{ post: '1' }, { handled: '1' }, { post: '2' }, { handled: '2' }]);
  });

  it.each([
    ['does not acknowledge', 'an exception', { raise_at: 2, count: 9 }, 1],
    ['acknowledges', 'break', { count: 2 }, 2],
  ])('%s the message at which %s leaves the loop and the client', async (_does, _what, config, seq) => {
    const server = await startChatServer();
    const { ended } = start(server.url, { cursor: join(await makeDataDir(), 'cursor'), ...config });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const text of [ready(0), post(1), post(2), post(3)]) connection.send(text);
    expect(await ended).toBe(0);
    expect(acks.at(-1)).toBe(seq);
  });

  it('resumes after the message that the application has, without loss or repetition', async () => {
    const server = await startChatServer();
    const { waitFor, lines } = start(server.url, { work_seconds: 0.5 });
    const first = await server.nextConnection();
    for (const text of [ready(0), post(1), plainPost('plain'), post(2)]) first.send(text);
    await waitFor((seen) => seen.find(({ at_work }) => at_work));
    first.terminate();
    const second = await server.nextConnection();
    const acks = acksOf(second);
    for (const text of [ready(1), post(2), checkpoint(4), post(5)]) second.send(text);
    await waitFor((seen) => (delivered(seen).length === 4 ? true : undefined));
    expect(delivered(lines)).toEqual(['1', 'plain', '2', '5']);
    expect(sinceOf(server.handshakes)).toEqual(['now', 1]);
    await expect.poll(() => acks.at(-1), soon).toBe(5);
  });

  it('acknowledges on a new connection only what arrived on it', async () => {
    const server = await startChatServer();
    const { waitFor, lines } = start(server.url, { work_seconds: 0.3 });
    const first = await server.nextConnection();
    for (const text of [ready(1_000), post(1_001), post(1_002)]) first.send(text);
    first.close(1012);
    const second = await server.nextConnection();
    const acks = acksOf(second);
    for (const text of [ready(1, 4), reset(1, 'epoch'), post(2)]) second.send(text);
    await waitFor((seen) => (delivered(seen).length === 3 ? true : undefined));
    expect(delivered(lines)).toEqual(['1001', 'epoch', '2']);
    second.send(post(3));
    await expect.poll(() => acks.at(-1), soon).toBe(3);
    expect(acks).toEqual([1, 2, 3]);
  });

  it('delivers a reset in the order of the messages', async () => {
    const server = await startChatServer();
    const { waitFor, lines } = start(server.url, { query: { since: cursor(7) } });
    const connection = await server.nextConnection();
    for (const text of [ready(9), reset(9, 'epoch'), post(10)]) connection.send(text);
    await waitFor((seen) => (delivered(seen).length === 2 ? true : undefined));
    expect(delivered(lines)).toEqual(['epoch', '10']);
    const silent = start(server.url, { silent: true });
    const other = await server.nextConnection();
    for (const text of [ready(9), reset(9, 'expired'), post(10)]) other.send(text);
    await silent.waitFor((seen) => seen.find((line) => line.post === '10'));
    expect(reported(silent.lines)).toEqual(['reset']);
  });

  it('stops reading while the application lags behind', async () => {
    const server = await startChatServer();
    const { waitFor } = start(server.url, { work_seconds: 30, max_waiting_messages: 2, resume: false });
    const connection = await server.nextConnection();
    const text = plainPost('x'.repeat(10_000));
    for (let count = 0; count < 2_000; count += 1) connection.send(text);
    await waitFor((lines) => lines.find(({ at_work }) => at_work));
    await new Promise((resolve) => setTimeout(resolve, 500));
    // Most of the 20 MB is still in the server's buffer.
    expect(connection.bufferedAmount).toBeGreaterThan(5_000_000);
  });

  it('reconnects after the delay that the server requests', async () => {
    const server = await startChatServer();
    const { waitFor } = start(server.url);
    const connection = await server.nextConnection();
    for (const text of [ready(0), bye(123)]) connection.send(text);
    connection.close(1012);
    const { delay, error } = await waitFor((lines) => lines.find(({ status }) => status === 'waiting'));
    expect(delay).toBe(0.123);
    expect(error).toContain('1012');
    await server.nextConnection();
  });

  it('obeys Retry-After, and ends after a permanent error', async () => {
    let attempts = 0;
    const server = await startChatServer({
      refuse() {
        attempts += 1;
        const body = JSON.stringify({ message: 'the token a-token is bad\u0007' });
        return attempts === 1
          ? { status: 503, headers: { 'Retry-After': '1' }, body }
          : { status: 403, body };
      },
    });
    const { lines, ended } = start(server.url);
    expect(await ended).toBe(0);
    const waiting = lines.find(({ status }) => status === 'waiting');
    expect(waiting?.delay).toBeGreaterThanOrEqual(1);
    expect(lines).toContainEqual({
      raised: 'refused',
      text: 'The server refused the connection with HTTP 403: the token [credential] is bad.',
      status_code: 403,
      close: null,
    });
  });

  it('does not follow a redirect with its credentials', async () => {
    const elsewhere = await startChatServer();
    const server = await startChatServer({
      refuse: () => ({ status: 302, headers: { Location: `${elsewhere.url}/post/feed/posted` } }),
    });
    const { lines, ended } = start(server.url);
    expect(await ended).toBe(0);
    expect(lines).toContainEqual(expect.objectContaining({ raised: 'refused', status_code: 302 }));
    expect(elsewhere.handshakes).toEqual([]);
  });

  it.each([4400, 4403, 4404, 4409, 1008])('ends when the server closes with %i', async (code) => {
    const server = await startChatServer();
    const { lines, ended } = start(server.url);
    const connection = await server.nextConnection();
    connection.close(code, 'not you, a-token');
    expect(await ended).toBe(0);
    expect(lines).toContainEqual({
      raised: 'closed',
      text: `The connection was closed with ${code}: not you, [credential].`,
      status_code: null,
      close: code,
    });
    expect(server.handshakes).toHaveLength(1);
  });

  it('ends without an error when the server closes with 1000', async () => {
    const server = await startChatServer();
    const { lines, ended } = start(server.url);
    const connection = await server.nextConnection();
    connection.send(plainPost('last'));
    connection.close(1000);
    expect(await ended).toBe(0);
    expect(delivered(lines)).toEqual(['last']);
    expect(lines.filter(({ raised }) => raised !== undefined)).toEqual([]);
  });

  it('requests another token when the current one has expired', async () => {
    const server = await startChatServer();
    start(server.url, { tokens: ['first', 'second'] });
    const connection = await server.nextConnection();
    connection.close(4401);
    await server.nextConnection();
    expect(server.handshakes.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
    ]);
  });

  it('gives up a silent connection, but not one that answers pings', async () => {
    const server = await startChatServer();
    const { waitFor, lines } = start(server.url, { silence_timeout_seconds: 0.5 });
    const connection = await server.nextConnection();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(lines.filter(({ status }) => status === 'waiting')).toEqual([]);
    connection.pause();
    const { error } = await waitFor((seen) => seen.find(({ status }) => status === 'waiting'));
    expect(error).toContain('no data within');
    connection.terminate();
  });

  it('rejects a message that is too large', async () => {
    const server = await startChatServer();
    const { ended, lines } = start(server.url);
    const connection = await server.nextConnection();
    connection.send('x'.repeat(2_000_000));
    expect(await ended).toBe(0);
    expect(lines).toContainEqual(expect.objectContaining({ raised: 'closed', close: 1009 }));
  });

  it.each([
    ['ftp://localhost', '`url` must be a ws, wss, http or https URL.'],
    ['ws://user:pass@localhost', '`url` must not have a user, query or fragment. Use `auth` and `query`.'],
  ])('rejects the URL %s', async (url, text) => {
    const { ended, lines } = start(url);
    expect(await ended).toBe(0);
    expect(lines).toContainEqual(expect.objectContaining({ raised: 'invalid_options', text }));
  });
});
