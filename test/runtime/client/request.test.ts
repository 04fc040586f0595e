import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Answer } from '../../../src/runtime/client/index.ts';
import { startChatServer } from './chat-server.ts';
import { type MarketClient, market, type Price, type Unknown } from './market-channel.ts';
import { type HandlersOf, openClient, rejection } from './open-chat.ts';
import { soon } from './soon.ts';

interface Message {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** A market client, with what its server receives (`requests`) and what the application receives (`delivered`). */
async function openMarket(on?: HandlersOf<MarketClient>) {
  const server = await startChatServer();
  const delivered: unknown[] = [];
  const opened = openClient(market, {
    url: server.url,
    on: on ?? { price: (price) => void delivered.push(price) },
  });
  const connection = await server.nextConnection();
  const requests: Message[] = [];
  connection.on('message', (data: Buffer) => requests.push(JSON.parse(data.toString())));
  await opened.reaches('open');
  return {
    ...opened,
    server,
    connection,
    delivered,
    requests,
    arrive: async (count: number) => {
      await expect.poll(() => requests, soon).toHaveLength(count);
    },
    answer: (message: Message) => connection.send(JSON.stringify(message)),
  };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const idOf = (message: Message | undefined) => (message?.meta as { readonly id: string } | undefined)?.id;

describe('a request', () => {
  it('resolves with the reply that has its correlation id, in any order', async () => {
    const { client, requests, arrive, answer, delivered } = await openMarket();
    const first = client.quote({ symbol: 'A' });
    const second = client.quote({ symbol: 'B' });
    expectTypeOf(first).resolves.toEqualTypeOf<
      Answer<{ readonly price: Price; readonly unknown: Unknown }>
    >();
    await arrive(2);
    expect(requests.map(({ symbol }) => symbol)).toEqual(['A', 'B']);
    expect(idOf(requests[0])).toMatch(uuid);
    expect(idOf(requests[1])).toMatch(uuid);
    answer({ type: 'unknown', id: idOf(requests[1]) });
    answer({ type: 'price', id: idOf(requests[0]), cents: 5 });
    expect(await second).toEqual({ type: 'unknown', id: idOf(requests[1]) });
    expect(await first).toMatchObject({ type: 'price', cents: 5 });
    expect(delivered).toEqual([]);
  });

  it('keeps its own correlation id, and never modifies the given message', async () => {
    const { client, requests, arrive, answer } = await openMarket();
    const request = { symbol: 'A', meta: { id: 'mine' } } as const;
    const reply = client.quote(request);
    const other = { symbol: 'B' } as const;
    void client.quote(other).catch(() => {});
    await arrive(2);
    expect(idOf(requests[0])).toBe('mine');
    expect(other).toEqual({ symbol: 'B' });
    answer({ type: 'price', id: 'mine', cents: 1 });
    expect(await reply).toMatchObject({ id: 'mine' });
  });

  it('gets a number as its correlation id if the contract requires one', async () => {
    const { client, requests, arrive, answer } = await openMarket();
    const replies = [client.book({}), client.book({})];
    await arrive(2);
    const ids = requests.map(({ id }) => id as number);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids.toReversed()) answer({ type: 'booked', id });
    expect(await Promise.all(replies)).toEqual(ids.map((id) => ({ type: 'booked', id })));
  });

  it('is matched to its reply by order if the contract has no correlation ids', async () => {
    const { client, arrive, answer } = await openMarket();
    const replies = [client.count({}), client.count({})];
    await arrive(2);
    for (const total of [1, 2]) answer({ type: 'total', total });
    expect(await Promise.all(replies)).toEqual([
      { type: 'total', total: 1 },
      { type: 'total', total: 2 },
    ]);
  });

  it('that was given up still consumes its reply', async () => {
    const { client, arrive, answer, errors } = await openMarket();
    const controller = new AbortController();
    const late = rejection(client.count({}, { timeoutMs: 1 }));
    const left = rejection(client.count({}, { signal: controller.signal }));
    const last = client.count({});
    await arrive(3);
    controller.abort(new Error('changed my mind'));
    expect(await late).toMatchObject({ code: 'timeout', message: 'No reply within 1 ms.' });
    expect(await left).toEqual(new Error('changed my mind'));
    for (const total of [1, 2, 3]) answer({ type: 'total', total });
    expect(await last).toEqual({ type: 'total', total: 3 });
    expect(errors).toEqual([]);
  });

  it('leaves uncorrelated messages to the application if the server also sends them unrequested', async () => {
    const { client, requests, arrive, answer, delivered, errors } = await openMarket();
    const reply = client.quote({ symbol: 'A' });
    await arrive(1);
    answer({ type: 'price', cents: 7 });
    answer({ type: 'price', id: 'unknown', cents: 8 });
    answer({ type: 'price', id: idOf(requests[0]), cents: 9 });
    expect(await reply).toMatchObject({ cents: 9 });
    await expect.poll(() => delivered, soon).toMatchObject([{ cents: 7 }, { cents: 8 }]);
    answer({ type: 'total', total: 1 });
    await expect
      .poll(() => errors, soon)
      .toMatchObject([{ code: 'bad_frame', message: expect.stringContaining('no request was pending') }]);
  });

  it('is not delayed by queued messages', async () => {
    const { client, answer, arrive } = await openMarket({ price: () => new Promise(() => {}) });
    const reply = client.count({});
    await arrive(1);
    for (let count = 0; count < 50; count += 1) answer({ type: 'price', cents: count });
    answer({ type: 'total', total: 1 });
    expect(await reply).toEqual({ type: 'total', total: 1 });
  });

  it('rejects when the connection is lost, and is not sent again', async () => {
    const { client, server, arrive, connection, reaches } = await openMarket();
    const reply = client.count({});
    await arrive(1);
    connection.close(4420);
    expect(await rejection(reply)).toMatchObject({ code: 'closed', closeCode: 4420 });
    const again: unknown[] = [];
    (await server.nextConnection()).on('message', (data) => again.push(data));
    await reaches('open', 2);
    void client.count({}).catch(() => {});
    await expect.poll(() => again, soon).toHaveLength(1);
  });

  it('rejects when the client is closed', async () => {
    const { client } = await openMarket();
    const reply = client.count({});
    client.close();
    expect(await rejection(reply)).toMatchObject({ code: 'closed' });
    expect(await rejection(client.count({}))).toMatchObject({ code: 'not_open' });
  });

  it.each([
    [
      'content that breaks the contract',
      'quote',
      { symbol: 3 },
      {},
      { code: 'bad_message', message: expect.stringContaining('/symbol') },
    ],
    ['content that is not an object', 'book', 17, {}, { code: 'bad_message' }],
    ['another value for a constant', 'count', { type: 'book' }, {}, { code: 'bad_message' }],
    ['a timeout of 0', 'count', {}, { timeoutMs: 0 }, { code: 'invalid_options' }],
    ['an aborted signal', 'count', {}, { signal: AbortSignal.abort() }, { name: 'AbortError' }],
  ] as const)('is not sent with %s', async (_, operation, content, options, error) => {
    const { client, requests, arrive } = await openMarket();
    const reply = client[operation](content as never, options);
    expect(await rejection(reply)).toMatchObject(error);
    void client.count({}).catch(() => {});
    await arrive(1);
    expect(requests).toEqual([{ type: 'count' }]);
  });

  it('is rejected while too many are pending, except abandoned ones with a correlation id', async () => {
    const { client } = await openMarket();
    const books = Array.from({ length: 1_024 }, () => client.book({}, { timeoutMs: 1 }));
    await Promise.allSettled(books);
    const counts = Array.from({ length: 1_025 }, () => client.count({}));
    expect(await rejection(counts.at(-1) ?? Promise.resolve())).toMatchObject({ code: 'send_buffer_full' });
    client.close();
    const codes = (await Promise.allSettled(counts.slice(0, -1))).map(
      (result) => result.status === 'rejected' && result.reason.code,
    );
    expect(new Set(codes)).toEqual(new Set(['closed']));
  });
});
