import { once } from 'node:events';
import { join } from 'node:path';
import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ErrorCode, PostedError } from '../../../src/runtime/shared/errors.ts';
import {
  decodeApiKeyProtocol,
  decodeBasicProtocol,
  encodeBearerProtocol,
} from '../../../src/runtime/shared/subprotocol.ts';
import { startChannel } from '../../support/channel.ts';
import {
  bundleForBrowser,
  chromiumNote,
  chromiumSkipped,
  launchChromium,
  servePage,
} from '../../support/chromium.ts';
import { chat, postFrame } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { soon } from './soon.ts';

describe.skipIf(chromiumSkipped !== null)(`the client in a browser${chromiumNote}`, () => {
  let browser: Browser;
  let page: Awaited<ReturnType<typeof servePage>>;
  let script: string;

  beforeAll(async () => {
    script = await bundleForBrowser(join(import.meta.dirname, 'browser-page.ts'));
    page = await servePage(script);
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    page?.close();
  });

  async function openTab(url: string, maxWaitingMessages = 100): Promise<Tab> {
    const tab = await browser.newPage();
    onTestFinished(() => tab.close());
    await tab.goto(page.url);
    await tab.evaluate(([to, limit]) => globalThis.openPage(to, limit), [url, maxWaitingMessages] as const);
    return tab;
  }

  it('is bundled without Node modules', () => {
    expect(script.match(/\brequire\(|Sec-WebSocket|node:|\bBuffer\b|\bprocess\./g)).toBeNull();
  });

  it('sends the token as a subprotocol, exchanges messages, and reconnects', async () => {
    const server = await startChatServer();
    const tab = await openTab(server.url);
    await tab.evaluate(() => void globalThis.page.read());
    const first = await server.nextConnection();
    expect(first.protocol).toBe('posted.v1');
    expect(server.handshakes[0]?.url).toBe('/rooms/lobby/chat?audience=friends');
    expect(server.handshakes[0]?.headers['sec-websocket-protocol']).toBe(
      `posted.v1, ${encodeBearerProtocol('a.token~of/bytes+')}, posted.refusal`,
    );
    const messages = () => tab.evaluate(() => globalThis.page.messages);
    first.send(postFrame('one'));
    first.send(Buffer.from([0, 255]));
    await expect.poll(messages, soon).toEqual([{ type: 'post', text: 'one' }]);
    const sent = new Promise<string>((resolve) => {
      first.on('message', (data: Buffer) => resolve(data.toString()));
    });
    await tab.evaluate(() => globalThis.page.client.say({ text: 'hello' }));
    expect(await sent).toBe('{"type":"say","text":"hello"}');

    first.terminate();
    const second = await server.nextConnection();
    second.send(postFrame('two'));
    await expect.poll(messages, soon).toHaveLength(2);
    expect(await tab.evaluate(() => globalThis.page.unknown)).toEqual([[0, 255]]);
    expect(await tab.evaluate(() => globalThis.page.errors)).toEqual([]);

    const closed = new Promise((resolve) => second.on('close', resolve));
    await tab.evaluate(async () => {
      globalThis.page.client.close();
      await globalThis.page.client.closed;
    });
    expect(await closed).toBe(1000);
    expect(await tab.evaluate(() => globalThis.page.statuses)).toEqual([
      'connecting',
      'open',
      'waiting',
      'connecting',
      'open',
      'closed',
    ]);
  });

  it.each([
    ['a user name and a password', { login: { username: 'Ada', password: 'ä:1' } }],
    ['a key for a header', { key: 'k 1' }],
  ])('exchanges bytes and requests in both directions with %s as a subprotocol', async (_, credentials) => {
    const server = await startChatServer();
    const tab = await browser.newPage();
    onTestFinished(() => tab.close());
    await tab.goto(page.url);
    const talked = tab.evaluate(([url, given]) => globalThis.talkOnce(url, given), [
      server.url,
      credentials,
    ] as const);
    const connection = await server.nextConnection();
    const frames: unknown[] = [];
    connection.on('message', (data: Buffer, isBinary) => {
      const frame = isBinary ? [...data] : JSON.parse(data.toString());
      frames.push(frame);
      if (frame.type !== 'count') return;
      connection.send('{"type":"probe","id":"p"}');
      connection.send(new Uint8Array([0, 254]));
      connection.send(JSON.stringify({ type: 'total', id: frame.id, total: 2 }));
    });
    expect(await talked).toEqual({
      bytes: [0, 254],
      reply: { type: 'total', id: expect.any(String), total: 2 },
    });
    expect(frames).toEqual([
      [1, 2, 255],
      { type: 'count', id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      { type: 'pong', id: 'p' },
    ]);
    const offered = server.handshakes[0]?.headers['sec-websocket-protocol'];
    expect(decodeBasicProtocol(offered)).toEqual('login' in credentials ? credentials.login : null);
    expect(decodeApiKeyProtocol(offered, 'X-Key')).toEqual('key' in credentials ? credentials.key : null);
    expect(connection.protocol).toBe('posted.v1');
  });

  it('that was opened without a network connects at once when there is one', async () => {
    const server = await startChatServer();
    const tab = await browser.newPage();
    onTestFinished(() => tab.close());
    await tab.goto(page.url);
    await tab.context().setOffline(true);
    await tab.evaluate((url) => globalThis.openPage(url, 100, 60_000), server.url);
    const statuses = () => tab.evaluate(() => globalThis.page.statuses);
    await expect.poll(statuses, soon).toEqual(['connecting', 'waiting']);
    await tab.context().setOffline(false);
    await server.nextConnection();
    await expect.poll(statuses, soon).toEqual(['connecting', 'waiting', 'connecting', 'open']);
    expect(await tab.evaluate(() => globalThis.page.errors)).toEqual([]);
  });

  it('replaces its connection at once after it was offline, as that may be half-open', async () => {
    const server = await startChatServer();
    const tab = await openTab(server.url);
    const first = await server.nextConnection();
    const closed = once(first, 'close');
    const statuses = () => tab.evaluate(() => globalThis.page.statuses);
    await expect.poll(statuses, soon).toEqual(['connecting', 'open']);
    // Chromium keeps a WebSocket open meanwhile.
    await tab.context().setOffline(true);
    await tab.context().setOffline(false);
    await closed;
    await server.nextConnection();
    await expect.poll(statuses, soon).toEqual(['connecting', 'open', 'connecting', 'open']);
  });

  it.each<[code: ErrorCode, status: number, clientCode: string]>([
    ['unauthorized', 401, 'unauthorized'],
    ['forbidden', 403, 'refused'],
    ['not_found', 404, 'refused'],
  ])('ends if a server refuses it with %s, and knows the status', async (code, status, clientCode) => {
    const refuse = () => {
      throw new PostedError(code, 'No.');
    };
    const { url } = await startChannel(
      chat,
      { accept: refuse, say() {} },
      { origins: { kind: 'any' }, security: { bearerAuth: () => ({ id: 'ada' }) } },
    );
    const tab = await openTab(url);
    await expect.poll(() => tab.evaluate(() => globalThis.page.statuses.at(-1)), soon).toBe('closed');
    expect(await tab.evaluate(() => globalThis.page.statuses)).not.toContain('open');
    expect(await tab.evaluate(() => globalThis.page.errors)).toEqual([
      [clientCode, `The server refused the connection with HTTP ${status}.`],
    ]);
  });

  it('disconnects when it lags behind, reports it, and reconnects once there is room', async () => {
    const server = await startChatServer();
    const tab = await openTab(server.url, 4);
    const first = await server.nextConnection();
    const closed = new Promise((resolve) => first.on('close', resolve));
    for (let count = 0; count < 10; count += 1) first.send(postFrame(String(count)));
    expect(await closed).toBe(4420);
    expect(await tab.evaluate(() => globalThis.page.errors)).toEqual([
      ['slow_consumer', expect.stringContaining('may be missing')],
    ]);
    expect(server.handshakes).toHaveLength(1);
    await tab.evaluate(() => void globalThis.page.read());
    (await server.nextConnection()).send(postFrame('back'));
    await expect
      .poll(
        () =>
          tab.evaluate(() => globalThis.page.messages.map((message) => (message as { text: string }).text)),
        soon,
      )
      .toEqual(['0', '1', '2', '3', 'back']);
  });

  it('reconnects even if the server closes the connection first', async () => {
    const server = await startChatServer();
    const tab = await openTab(server.url, 1);
    await tab.evaluate(() => void globalThis.page.read());
    const first = await server.nextConnection();
    for (let count = 0; count < 10; count += 1) first.send(postFrame(String(count)));
    first.close(1000);
    expect((await server.nextConnection()).protocol).toBe('posted.v1');
  });
});
