import { describe, expect, expectTypeOf, it } from 'vitest';
import type { ConnectOptions } from '../../../src/runtime/client/index.ts';
import { startChatServer } from './chat-server.ts';
import { type MarketTypes, market, type Price, type Unknown } from './market-channel.ts';
import { openClient, rejection } from './open-chat.ts';
import { soon } from './soon.ts';

interface Message {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** A client of the market, what the server and the application got, and the way back. */
async function openMarket(options: Pick<ConnectOptions<MarketTypes>, 'on'> = {}) {
  const server = await startChatServer();
  const told: MarketTypes['receives'][keyof MarketTypes['receives']][] = [];
  const opened = openClient(market, {
    url: server.url,
    on: { price: (price) => void told.push(price) },
    ...options,
  });
  const connection = await server.nextConnection();
  const asked: Message[] = [];
  connection.on('message', (data: Buffer) => asked.push(JSON.parse(data.toString())));
  await opened.reaches('open');
  return {
    ...opened,
    server,
    connection,
    told,
    asked,
    arrive: async (count: number) => {
      await expect.poll(() => asked, soon).toHaveLength(count);
    },
    answer: (message: Message) => connection.send(JSON.stringify(message)),
  };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const idOf = (message: Message | undefined) => (message?.meta as { readonly id: string } | undefined)?.id;

describe('a request', () => {
  it('is answered by the message with its correlation id, whatever the order', async () => {
    const { client, asked, arrive, answer, told } = await openMarket();
    const first = client.request('quote', { type: 'ask', symbol: 'A' });
    const second = client.request('quote', { type: 'ask', symbol: 'B' });
    expectTypeOf(first).resolves.toEqualTypeOf<
      | { readonly message: 'price'; readonly payload: Price }
      | { readonly message: 'unknown'; readonly payload: Unknown }
    >();
    await arrive(2);
    expect(asked.map(({ symbol }) => symbol)).toEqual(['A', 'B']);
    expect(idOf(asked[0])).toMatch(uuid);
    expect(idOf(asked[1])).toMatch(uuid);
    answer({ type: 'unknown', id: idOf(asked[1]) });
    answer({ type: 'price', id: idOf(asked[0]), cents: 5 });
    expect(await second).toEqual({ message: 'unknown', payload: { type: 'unknown', id: idOf(asked[1]) } });
    expect(await first).toMatchObject({ message: 'price', payload: { cents: 5 } });
    expect(told).toEqual([]);
  });

  it('keeps a correlation id that it has, and changes nothing of what it was given', async () => {
    const { client, asked, arrive, answer } = await openMarket();
    const question = { type: 'ask', symbol: 'A', meta: { id: 'mine' } } as const;
    const reply = client.request('quote', question);
    const other = { type: 'ask', symbol: 'B' } as const;
    void client.request('quote', other).catch(() => {});
    await arrive(2);
    expect(idOf(asked[0])).toBe('mine');
    expect(other).toEqual({ type: 'ask', symbol: 'B' });
    answer({ type: 'price', id: 'mine', cents: 1 });
    expect(await reply).toMatchObject({ payload: { id: 'mine' } });
  });

  it('has a number for a correlation id where the contract wants one', async () => {
    const { client, asked, arrive, answer } = await openMarket();
    const replies = [client.request('book', { type: 'book' }), client.request('book', { type: 'book' })];
    await arrive(2);
    const ids = asked.map(({ id }) => id as number);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids.toReversed()) answer({ type: 'booked', id });
    expect(await Promise.all(replies)).toEqual(ids.map((id) => ({ type: 'booked', id })));
  });

  it('is answered in order where the contract has no correlation ids', async () => {
    const { client, arrive, answer } = await openMarket();
    const replies = [client.request('count', { type: 'count' }), client.request('count', { type: 'count' })];
    await arrive(2);
    for (const total of [1, 2]) answer({ type: 'total', total });
    expect(await Promise.all(replies)).toEqual([
      { type: 'total', total: 1 },
      { type: 'total', total: 2 },
    ]);
  });

  it('leaves the place of its answer free when it is given up', async () => {
    const { client, arrive, answer, errors } = await openMarket();
    const controller = new AbortController();
    const late = rejection(client.request('count', { type: 'count' }, { timeoutMs: 1 }));
    const left = rejection(client.request('count', { type: 'count' }, { signal: controller.signal }));
    const last = client.request('count', { type: 'count' });
    await arrive(3);
    controller.abort(new Error('changed my mind'));
    expect(await late).toMatchObject({ code: 'timeout', message: 'No answer in 1 ms.' });
    expect(await left).toEqual(new Error('changed my mind'));
    for (const total of [1, 2, 3]) answer({ type: 'total', total });
    expect(await last).toEqual({ type: 'total', total: 3 });
    expect(errors).toEqual([]);
  });

  it('leaves to the application what answers nothing, and is sent by itself too', async () => {
    const { client, asked, arrive, answer, told, errors } = await openMarket();
    const reply = client.request('quote', { type: 'ask', symbol: 'A' });
    await arrive(1);
    answer({ type: 'price', cents: 7 });
    answer({ type: 'price', id: 'of nobody', cents: 8 });
    answer({ type: 'price', id: idOf(asked[0]), cents: 9 });
    expect(await reply).toMatchObject({ payload: { cents: 9 } });
    await expect.poll(() => told, soon).toMatchObject([{ cents: 7 }, { cents: 8 }]);
    answer({ type: 'total', total: 1 });
    await expect
      .poll(() => errors, soon)
      .toMatchObject([{ code: 'bad_frame', message: expect.stringContaining('no request was pending') }]);
  });

  it('does not wait behind messages that the application has not taken', async () => {
    const { client, answer, arrive } = await openMarket({ on: { price: () => new Promise(() => {}) } });
    const reply = client.request('count', { type: 'count' });
    await arrive(1);
    for (let count = 0; count < 50; count += 1) answer({ type: 'price', cents: count });
    answer({ type: 'total', total: 1 });
    expect(await reply).toEqual({ type: 'total', total: 1 });
  });

  it('fails when the connection is lost, and is not sent again', async () => {
    const { client, server, arrive, connection, reaches } = await openMarket();
    const reply = client.request('count', { type: 'count' });
    await arrive(1);
    connection.close(4420);
    expect(await rejection(reply)).toMatchObject({ code: 'closed', closeCode: 4420 });
    const again: unknown[] = [];
    (await server.nextConnection()).on('message', (data) => again.push(data));
    await reaches('open', 2);
    void client.request('count', { type: 'count' }).catch(() => {});
    await expect.poll(() => again, soon).toHaveLength(1);
  });

  it('fails when the client is closed', async () => {
    const { client } = await openMarket();
    const reply = client.request('count', { type: 'count' });
    client.close();
    expect(await rejection(reply)).toMatchObject({ code: 'closed' });
    expect(await rejection(client.request('count', { type: 'count' }))).toMatchObject({ code: 'not_open' });
  });

  it.each([
    ['an operation that nobody answers', 'sendprice', {}, {}, { code: 'bad_message' }],
    ['an operation of the server', 'ping', { type: 'probe' }, {}, { code: 'bad_message' }],
    [
      'a message that breaks the contract',
      'quote',
      { type: 'ask', symbol: 3 },
      {},
      { code: 'bad_message', message: expect.stringContaining('/symbol') },
    ],
    ['what is no object', 'book', 17, {}, { code: 'bad_message' }],
    ['no time', 'count', { type: 'count' }, { timeoutMs: 0 }, { code: 'invalid_options' }],
    [
      'a signal that was aborted',
      'count',
      { type: 'count' },
      { signal: AbortSignal.abort() },
      { name: 'AbortError' },
    ],
  ])('is not sent with %s', async (_, operation, message, options, error) => {
    const { client, asked, arrive } = await openMarket();
    const reply = client.request(operation as 'count', message as { readonly type: 'count' }, options);
    expect(await rejection(reply)).toMatchObject(error);
    void client.request('count', { type: 'count' }).catch(() => {});
    await arrive(1);
    expect(asked).toEqual([{ type: 'count' }]);
  });

  it('is refused where the server owes too many answers, and forgets late ones that an id tells', async () => {
    const { client } = await openMarket();
    const books = Array.from({ length: 1_024 }, () =>
      client.request('book', { type: 'book' }, { timeoutMs: 1 }),
    );
    await Promise.allSettled(books);
    const counts = Array.from({ length: 1_025 }, () => client.request('count', { type: 'count' }));
    expect(await rejection(counts.at(-1) ?? Promise.resolve())).toMatchObject({ code: 'send_buffer_full' });
    client.close();
    const codes = (await Promise.allSettled(counts.slice(0, -1))).map(
      (result) => result.status === 'rejected' && result.reason.code,
    );
    expect(new Set(codes)).toEqual(new Set(['closed']));
  });
});
