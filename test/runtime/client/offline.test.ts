import { describe, expect, it } from 'vitest';
import { chat } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { market } from './market-channel.ts';
import { openClient, rejection } from './open-chat.ts';
import { soon } from './soon.ts';

const wait = { whenOffline: 'wait' } as const;

/** A server that refuses every connection until `comeBack`, and collects what it then receives. */
async function startOffline() {
  let isDown = true;
  const server = await startChatServer({ refuse: () => (isDown ? { status: 503 } : undefined) });
  const received: { readonly type: string; readonly [name: string]: unknown }[] = [];
  const comeBack = async () => {
    isDown = false;
    const connection = await server.nextConnection();
    connection.on('message', (data: Buffer) => received.push(JSON.parse(data.toString())));
    return connection;
  };
  const goDown = () => {
    isDown = true;
  };
  return { url: server.url, received, comeBack, goDown };
}

describe('while there is no connection', () => {
  it('a message throws and a request rejects by default', async () => {
    const { url } = await startOffline();
    const { client } = openClient(market, { url });
    expect(await rejection(client.count({}))).toMatchObject({ code: 'not_open' });
    expect(await rejection(client.count({}, { whenOffline: 'fail' }))).toMatchObject({ code: 'not_open' });
    const talker = openClient(chat, { url, auth: 'token', params: { room: 'lobby' } }).client;
    expect(() => talker.say({ text: 'x' })).toThrow(expect.objectContaining({ code: 'not_open' }));
  });

  it('a message that would break the contract throws, even if it would wait', async () => {
    const { url } = await startOffline();
    const { client } = openClient(chat, { url, auth: 'token', params: { room: 'lobby' } });
    expect(() => client.say({ text: 7 } as never, wait)).toThrow(
      expect.objectContaining({ code: 'bad_message' }),
    );
  });

  it('messages with `wait` are sent in order once the client is open, before those of its listeners', async () => {
    const { url, received, comeBack } = await startOffline();
    const { client } = openClient(chat, { url, auth: 'token', params: { room: 'lobby' } });
    client.status.subscribe(({ state }) => {
      if (state === 'open') client.say({ text: 'now' });
    });
    for (const text of ['a', 'b', 'c']) client.say({ text }, wait);
    await comeBack();
    await expect.poll(() => received.map(({ text }) => text), soon).toEqual(['a', 'b', 'c', 'now']);
  });

  it('a request with `wait` is answered after the client has opened', async () => {
    const { url, received, comeBack } = await startOffline();
    const { client } = openClient(market, { url });
    const total = client.count({}, wait);
    const connection = await comeBack();
    await expect.poll(() => received, soon).toEqual([{ type: 'count' }]);
    connection.send('{"type":"total","total":3}');
    expect(await total).toEqual({ type: 'total', total: 3 });
  });

  it('a request waits at most its time limit in total, and is not sent afterwards', async () => {
    const { url, received, comeBack } = await startOffline();
    const { client } = openClient(market, { url });
    const stopping = new AbortController();
    const late = rejection(client.count({}, { ...wait, timeoutMs: 20 }));
    const left = rejection(client.count({}, { ...wait, signal: stopping.signal }));
    void client.quote({ symbol: 'A' }, wait).catch(() => {});
    expect(await late).toMatchObject({ code: 'timeout', message: 'No reply within 20 ms.' });
    stopping.abort(new Error('changed my mind'));
    expect(await left).toEqual(new Error('changed my mind'));
    await comeBack();
    await expect.poll(() => received, soon).toMatchObject([{ type: 'ask' }]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(received).toHaveLength(1);
  });

  it.each([
    ['1,024 messages', 1_024, 'x'],
    ['1 MiB', 2, 'x'.repeat(500_000)],
  ])('at most %s wait', async (_, count, text) => {
    const { url, received, comeBack } = await startOffline();
    const { client } = openClient(chat, { url, auth: 'token', params: { room: 'lobby' } });
    for (let index = 0; index < count; index += 1) client.say({ text }, wait);
    expect(() => client.say({ text }, wait)).toThrow(expect.objectContaining({ code: 'send_buffer_full' }));
    await comeBack();
    await expect.poll(() => received.length, soon).toBe(count);
    client.say({ text });
    await expect.poll(() => received.length, soon).toBe(count + 1);
  });

  it('what waits again after a lost connection is sent on the next one only', async () => {
    const { url, received, comeBack, goDown } = await startOffline();
    const { client } = openClient(chat, { url, auth: 'token', params: { room: 'lobby' } });
    // Both together are more than may wait at a time.
    client.say({ text: 'a'.repeat(600_000) }, wait);
    const first = await comeBack();
    await expect.poll(() => received.length, soon).toBe(1);
    goDown();
    first.terminate();
    await expect.poll(() => client.status.value.state, soon).toBe('waiting');
    client.say({ text: 'b'.repeat(600_000) }, wait);
    await comeBack();
    await expect.poll(() => received.map(({ text }) => String(text)[0]), soon).toEqual(['a', 'b']);
  });
});

describe('if the client ends first', () => {
  it.each([
    ['closed', (close: () => void) => close(), []],
    ['refused for good', () => {}, ['refused']],
  ])('because it is %s, waiting requests reject and messages are reported', async (how, end, others) => {
    const server = await startChatServer({ refuse: () => ({ status: how === 'closed' ? 503 : 404 }) });
    const { client, errors } = openClient(market, { url: server.url });
    const talker = openClient(chat, { url: server.url, auth: 'token', params: { room: 'lobby' } });
    const total = rejection(client.count({}, wait));
    talker.client.say({ text: 'x' }, wait);
    end(() => {
      client.close();
      talker.client.close();
    });
    expect(await total).toMatchObject({ code: 'closed' });
    await expect
      .poll(() => talker.errors.map(({ code, message }) => [code, message]), soon)
      .toEqual([
        ['closed', 'The client ended before the message say was sent.'],
        ...others.map((code) => [code, expect.any(String)]),
      ]);
    await expect.poll(() => errors.map(({ code }) => code), soon).toEqual(others);
    expect(await rejection(client.count({}, wait))).toMatchObject({ code: 'not_open' });
  });
});
