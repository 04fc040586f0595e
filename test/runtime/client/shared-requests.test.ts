import { describe, expect, it, onTestFinished } from 'vitest';
import { postFeedPosted } from '../../../generated/asyncapi/client.ts';
import { connect } from '../../../src/runtime/client/browser.ts';
import { exchanging } from '../../../src/runtime/client/exchanging.ts';
import type { ClientBase, ClientChannel } from '../../../src/runtime/client/index.ts';
import { SharedRequests } from '../../../src/runtime/client/tabs/shared-requests.ts';
import type { NoTypes } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { market } from './market-channel.ts';
import { Origin } from './open-tabs.ts';
import { frames } from './resume-feed.ts';

const book = (id: number) => JSON.stringify({ type: 'book', id });

const auth = (token: string) => JSON.stringify({ type: 'auth', token });

/** What is sent for a tab, parsed. */
function sent(requests: SharedRequests, tab: string, frame: string): unknown {
  const outgoing = requests.outgoing(tab, frame);
  return 'send' in outgoing ? JSON.parse(String(outgoing.send)) : outgoing;
}

interface BookingClient extends ClientBase<never> {
  book(content: object): Promise<unknown>;
}

/** The feed, with requests that are numbered by each client. */
const booking = {
  ...postFeedPosted,
  send: [...postFeedPosted.send, ...market.send.filter(({ name }) => name === 'booked')],
  receive: [...postFeedPosted.receive, ...market.receive.filter(({ name }) => name === 'book')],
  operations: [...postFeedPosted.operations, ...market.operations.filter(({ name }) => name === 'book')],
  sending: exchanging,
} as unknown as ClientChannel<BookingClient, NoTypes>;

describe('requests of tabs with one connection', () => {
  it('with the same id get the replies to their own', async () => {
    const server = await startChatServer();
    const origin = new Origin();
    const open = () => {
      const options = { url: server.url, auth: 'token', cursor: origin.store() };
      const client = connect(booking, options as never);
      onTestFinished(() => client[Symbol.asyncDispose]());
      return client;
    };
    const first = open();
    const connection = await server.nextConnection();
    connection.send(frames.ready(0));
    await first.opened;
    const second = open();
    await second.opened;
    const received: { readonly type: string; readonly id: number }[] = [];
    connection.on('message', (data: Buffer) => {
      const request = JSON.parse(data.toString());
      if (request.type !== 'book') return;
      received.push(request);
      if (received.length !== 2) return;
      for (const { id } of received.toReversed()) connection.send(JSON.stringify({ type: 'booked', id }));
    });
    const replies = await Promise.all([first.book({ id: 7 }), second.book({ id: 7 })]);
    expect(replies).toEqual([
      { type: 'booked', id: 7 },
      { type: 'booked', id: 7 },
    ]);
    expect(new Set(received.map(({ id }) => id)).size).toBe(2);
    const pending = first.book({ id: 8 });
    connection.close(1012);
    await expect(pending).rejects.toMatchObject({ code: 'closed', closeCode: 1012 });
  });
});

describe('SharedRequests', () => {
  it('replaces an id only while another request with it is pending', () => {
    const requests = new SharedRequests(market);
    expect(sent(requests, 'a', book(1))).toEqual({ type: 'book', id: 1 });
    expect(sent(requests, 'b', book(1))).toEqual({ type: 'book', id: expect.any(Number) });
    expect(sent(requests, 'd', book(1))).not.toEqual({ type: 'book', id: 1 });
    const value = { type: 'booked', id: 1 };
    expect(requests.incoming(JSON.stringify(value), value, 'booked')).toEqual({
      tabs: ['a'],
      frame: '{"type":"booked","id":1}',
    });
    expect(sent(requests, 'c', book(1))).toEqual({ type: 'book', id: 1 });
  });

  it('gives error answers, and replies without an id in order, to the tab that has asked', () => {
    const requests = new SharedRequests(market);
    const total = { type: 'total', total: 3 };
    expect(requests.incoming(JSON.stringify(total), total, 'total')).toBeNull();
    for (const tab of ['a', 'b']) requests.outgoing(tab, '{"type":"count"}');
    requests.outgoing('c', book(5));
    const error = { type: 'error', id: 5, error: { code: 'forbidden', message: 'no' } };
    expect(requests.incoming(JSON.stringify(error), error, undefined)?.tabs).toEqual(['c']);
    expect(requests.incoming(JSON.stringify(total), total, 'total')?.tabs).toEqual(['a']);
    expect(requests.incoming(JSON.stringify(total), total, 'total')?.tabs).toEqual(['b']);
  });

  it('renews credentials once for tabs that ask at the same time', () => {
    const requests = new SharedRequests({ ...market, auth: true });
    expect(requests.outgoing('a', auth('t1'))).toEqual({ send: auth('t1') });
    expect(requests.outgoing('b', auth('t2'))).toEqual({ answer: null });
    const answer = { type: 'authorized', expiresAt: 5 };
    const frame = JSON.stringify(answer);
    expect(requests.incoming(frame, answer, undefined)).toEqual({ tabs: ['a', 'b'], frame });
    expect(requests.outgoing('c', auth('t3'))).toEqual({ answer: frame });
  });
});
