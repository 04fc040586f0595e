import { describe, expect, it } from 'vitest';
import type { ConnectOptions } from '../../../src/runtime/client/index.ts';
import { startChatServer } from './chat-server.ts';
import { type MarketClient, type MarketTypes, market } from './market-channel.ts';
import { type HandlersOf, openClient } from './open-chat.ts';
import { soon } from './soon.ts';

interface Options extends Pick<ConnectOptions<MarketTypes>, 'maxWaitingMessages'> {
  readonly answer: NonNullable<ConnectOptions<MarketTypes>['answer']>;
  readonly on?: HandlersOf<MarketClient>;
}

type AnyReply = Readonly<Record<'yes' | 'no', (content: object) => unknown>>;

/** A market client with its answers, and a server that sends requests to it. */
async function openMarket(options: Options) {
  const server = await startChatServer();
  const opened = openClient(market, { url: server.url, ...options });
  const connection = await server.nextConnection();
  const answers: unknown[] = [];
  connection.on('message', (data: Buffer) => answers.push(JSON.parse(data.toString())));
  await opened.reaches('open');
  return {
    ...opened,
    server,
    connection,
    answers,
    ask: (message: object) => connection.send(JSON.stringify(message)),
  };
}

describe('a request from the server', () => {
  it('is answered with the returned content, its constants and the correlation id', async () => {
    const { ask, answers } = await openMarket({
      answer: {
        ping: () => ({}),
        decide: async (_message, { reply }) => reply.no({}),
      },
    });
    ask({ type: 'probe', id: 'a' });
    ask({ type: 'choose' });
    ask({ type: 'probe' });
    await expect
      .poll(() => answers, soon)
      .toEqual([{ type: 'pong', id: 'a' }, { type: 'no' }, { type: 'pong' }]);
  });

  it('is answered one at a time, while other messages are handled', async () => {
    const gate = Promise.withResolvers<void>();
    const delivered: string[] = [];
    const { ask, answers } = await openMarket({
      on: {
        price: ({ cents }) => void delivered.push(`price ${cents}`),
        probe: () => void delivered.push('probe'),
      },
      answer: {
        async ping({ id = '' }) {
          delivered.push(`ping ${id}`);
          await gate.promise;
          return {};
        },
      },
    });
    for (const id of ['1', '2']) ask({ type: 'probe', id });
    ask({ type: 'price', cents: 3 });
    await expect.poll(() => delivered, soon).toEqual(['ping 1', 'price 3']);
    gate.resolve();
    await expect.poll(() => answers, soon).toMatchObject([{ id: '1' }, { id: '2' }]);
    expect(delivered).toEqual(['ping 1', 'price 3', 'ping 2']);
  });

  it('without an answer function goes to the handlers', async () => {
    const probes: unknown[] = [];
    const { ask, errors } = await openMarket({
      answer: {},
      on: { probe: (probe) => void probes.push(probe) },
    });
    ask({ type: 'probe', id: 'x' });
    await expect.poll(() => probes, soon).toEqual([{ type: 'probe', id: 'x' }]);
    expect(errors).toEqual([]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no')), { code: 'handler', cause: new Error('no') }],
    [
      'breaks the contract',
      (_message: unknown, { reply }: { readonly reply: AnyReply }) => reply.yes({ id: 3 }),
      { code: 'bad_message', message: expect.stringContaining('/id') },
    ],
    [
      'returns a message that is not a reply of the operation',
      () => ({ name: 'pong', content: {} }),
      { code: 'bad_message', message: '`answer.decide` must return one of reply.yes(…), reply.no(…).' },
    ],
    ['returns nothing', () => undefined, { code: 'bad_message' }],
    ['returns content without its name', () => ({ id: 'x' }), { code: 'bad_message' }],
  ])('is reported and skipped when its answer function %s', async (_, decide, error) => {
    const { ask, answers, errors } = await openMarket({
      answer: { ping: () => ({}), decide: decide as never },
    });
    ask({ type: 'choose' });
    ask({ type: 'probe' });
    await expect.poll(() => answers, soon).toEqual([{ type: 'pong' }]);
    expect(errors).toMatchObject([error]);
  });

  it('is answered only on the connection that it arrived on', async () => {
    const gate = Promise.withResolvers<void>();
    const { ask, server, connection, reaches } = await openMarket({
      answer: {
        async ping() {
          await gate.promise;
          return {};
        },
      },
    });
    ask({ type: 'probe', id: 'old' });
    connection.close(1012);
    const second = await server.nextConnection();
    const answers: unknown[] = [];
    second.on('message', (data: Buffer) => answers.push(JSON.parse(data.toString())));
    await reaches('open', 2);
    gate.resolve();
    second.send('{"type":"probe","id":"new"}');
    await expect.poll(() => answers, soon).toEqual([{ type: 'pong', id: 'new' }]);
  });

  it('is answered when the send buffer has room again', async () => {
    const { ask, answers, connection, errors } = await openMarket({ answer: { ping: () => ({}) } });
    connection.pause();
    const id = 'x'.repeat(100_000);
    for (let count = 0; count < 150; count += 1) ask({ type: 'probe', id });
    await new Promise((resolve) => setTimeout(resolve, 300));
    connection.resume();
    await expect.poll(() => [answers.length, errors], soon).toEqual([150, []]);
  });

  it('makes the client stop reading when requests arrive faster than answers', async () => {
    const gate = Promise.withResolvers<void>();
    let calls = 0;
    const { ask, answers, connection, errors } = await openMarket({
      maxWaitingMessages: 4,
      answer: {
        async ping() {
          calls += 1;
          await gate.promise;
          return {};
        },
      },
    });
    const id = 'x'.repeat(100_000);
    for (let count = 0; count < 300; count += 1) ask({ type: 'probe', id });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(connection.bufferedAmount).toBeGreaterThan(0);
    expect(calls).toBe(1);
    gate.resolve();
    await expect.poll(() => [answers.length, errors], soon).toEqual([300, []]);
  });
});
