import { describe, expect, it } from 'vitest';
import type { ConnectOptions } from '../../../src/runtime/client/index.ts';
import { startChatServer } from './chat-server.ts';
import { type MarketTypes, market } from './market-channel.ts';
import { openClient } from './open-chat.ts';
import { soon } from './soon.ts';

type Options = Pick<ConnectOptions<MarketTypes>, 'on' | 'answer' | 'maxWaitingMessages'>;

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
  it('is answered with its correlation id', async () => {
    const { ask, answers } = await openMarket({
      answer: {
        ping: () => ({ type: 'pong' }),
        decide: async () => ({ message: 'no', payload: { type: 'no' } }),
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
          return { type: 'pong' };
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

  it('without an answer function goes to its handler, which can send the reply', async () => {
    const { ask, answers, client } = await openMarket({
      on: { probe: ({ id = '' }) => client.send('pong', { type: 'pong', id }) },
    });
    ask({ type: 'probe', id: 'x' });
    await expect.poll(() => answers, soon).toEqual([{ type: 'pong', id: 'x' }]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no')), { code: 'handler', cause: new Error('no') }],
    [
      'breaks the contract',
      () => ({ message: 'yes', payload: { type: 'yes', id: 3 } }),
      { code: 'bad_message', message: expect.stringContaining('/id') },
    ],
    [
      'names a message that is not a reply of the operation',
      () => ({ message: 'pong', payload: { type: 'pong' } }),
      { code: 'bad_message', message: expect.stringContaining('must be one of yes, no') },
    ],
    ['returns nothing', () => undefined, { code: 'bad_message' }],
  ])('is reported and skipped when its answer function %s', async (_, decide, error) => {
    const { ask, answers, errors } = await openMarket({
      answer: { ping: () => ({ type: 'pong' }), decide: decide as never },
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
          return { type: 'pong' };
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

  it('makes the client stop reading when requests arrive faster than answers', async () => {
    const gate = Promise.withResolvers<void>();
    let calls = 0;
    const { ask, answers, connection } = await openMarket({
      maxWaitingMessages: 4,
      answer: {
        async ping() {
          calls += 1;
          await gate.promise;
          return { type: 'pong' };
        },
      },
    });
    const id = 'x'.repeat(100_000);
    for (let count = 0; count < 300; count += 1) ask({ type: 'probe', id });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(connection.bufferedAmount).toBeGreaterThan(0);
    expect(calls).toBe(1);
    gate.resolve();
    await expect.poll(() => answers, soon).toHaveLength(300);
  });
});
