import { describe, expect, it } from 'vitest';
import { PostedError } from '../../../src/runtime/client/index.ts';
import { startChatServer } from './chat-server.ts';
import { market } from './market-channel.ts';
import { openClient, rejection } from './open-chat.ts';
import { soon } from './soon.ts';

const forbidden = { code: 'forbidden', message: 'The market is closed.' };

/** A market client, and a server that receives its requests. */
async function openMarket(unknown: unknown[] = []) {
  const server = await startChatServer();
  const opened = openClient(market, { url: server.url, onUnknown: (message) => void unknown.push(message) });
  opened.client.on.price(() => {});
  const connection = await server.nextConnection();
  const requests: { readonly meta: { readonly id: string }; readonly id: number }[] = [];
  connection.on('message', (data: Buffer) => requests.push(JSON.parse(data.toString())));
  await opened.client.opened;
  return {
    ...opened,
    requests,
    arrive: async (count: number) => {
      await expect.poll(() => requests, soon).toHaveLength(count);
    },
    answer: (message: object) => connection.send(JSON.stringify(message)),
  };
}

describe('an error answer', () => {
  it('rejects the request that has its correlation id, and the client continues', async () => {
    const { client, requests, arrive, answer, errors } = await openMarket();
    const first = client.quote({ symbol: 'A' });
    const second = rejection(client.quote({ symbol: 'B' }));
    const third = rejection(client.book({}));
    await arrive(3);
    const error = { code: 'too_many_requests', message: 'Slow down.', retryAfterMs: 1_500 };
    answer({ type: 'error', id: requests[2]?.id, error: forbidden });
    answer({ type: 'error', id: requests[1]?.meta.id, error });
    answer({ type: 'price', id: requests[0]?.meta.id, cents: 5 });
    expect(await second).toBeInstanceOf(PostedError);
    expect(await second).toMatchObject(error);
    expect(await third).toMatchObject({ ...forbidden, retryAfterMs: undefined });
    expect(await first).toMatchObject({ cents: 5 });
    expect(client.status.value.state).toBe('open');
    expect(errors).toEqual([]);
  });

  it('rejects the oldest request if the contract has no correlation ids', async () => {
    const { client, arrive, answer } = await openMarket();
    const first = rejection(client.count({}));
    const second = client.count({});
    await arrive(2);
    answer({ type: 'error', error: forbidden });
    answer({ type: 'total', total: 2 });
    expect(await first).toMatchObject(forbidden);
    expect(await second).toMatchObject({ total: 2 });
  });

  it('to a request that was given up is consumed', async () => {
    const unknown: unknown[] = [];
    const { client, arrive, answer } = await openMarket(unknown);
    const late = rejection(client.count({}, { timeoutMs: 1 }));
    await arrive(1);
    expect(await late).toMatchObject({ code: 'timeout' });
    answer({ type: 'error', error: forbidden });
    const next = client.count({});
    await arrive(2);
    answer({ type: 'total', total: 1 });
    expect(await next).toMatchObject({ total: 1 });
    expect(unknown).toEqual([]);
  });

  it.each([
    ['with another id', { type: 'error', id: 'other', error: forbidden }],
    ['with an unknown code', { type: 'error', error: { code: 'sold_out', message: '' } }],
    ['with another member', { type: 'error', error: forbidden, cents: 1 }],
  ])('%s is an ordinary message', async (_, message) => {
    const unknown: unknown[] = [];
    const { client, arrive, answer } = await openMarket(unknown);
    const quote = client.quote({ symbol: 'A' }, { timeoutMs: 60_000 }).catch(() => {});
    const total = client.count({});
    await arrive(2);
    answer(message);
    await expect.poll(() => unknown, soon).toEqual([message]);
    answer({ type: 'total', total: 1 });
    expect(await total).toMatchObject({ total: 1 });
    client.close();
    await quote;
  });

  it('without a pending request is an ordinary message', async () => {
    const unknown: unknown[] = [];
    const { answer } = await openMarket(unknown);
    answer({ type: 'error', error: forbidden });
    await expect.poll(() => unknown, soon).toEqual([{ type: 'error', error: forbidden }]);
  });
});
