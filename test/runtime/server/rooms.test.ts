import { describe, expect, it } from 'vitest';
import type { ServerDescriptor } from '../../../src/runtime/shared/descriptor.ts';
import {
  createChannel,
  createMessage,
  createOperation,
  createScheme,
  createTextGuard,
  type LooseConnection,
  objectOf,
  startChannel,
} from '../../support/channel.ts';
import { bearer, connectClient, connectRaw, handshakeRequest } from '../../support/websocket.ts';

const text = { type: 'string' };

const tenants: ServerDescriptor = {
  name: 'tenants',
  protocol: 'ws',
  host: 'localhost',
  pathname: '/{tenant}',
  variables: { tenant: { values: [], default: undefined } },
};

/** Serves auctions, whose ids are numbers. The token is the name of the user. */
async function startAuctions({ servers = [] }: { readonly servers?: readonly ServerDescriptor[] } = {}) {
  const states: unknown[] = [];
  const channel = createChannel({
    name: 'auction',
    address: '/auctions/{auctionId}',
    servers,
    parameters: createTextGuard(objectOf({ auctionId: { type: 'integer' } })),
    security: [createScheme('token')],
    send: [createMessage('bidPlaced', objectOf({ cents: { type: 'integer' } }))],
    receive: [createMessage('placeBid', objectOf({ cents: { type: 'integer' } }))],
    operations: [
      createOperation('send', 'announce', { messages: ['bidPlaced'] }),
      createOperation('receive', 'placeBid'),
    ],
  });
  const closed: (readonly [LooseConnection, { readonly code: number; readonly reason: string }])[] = [];
  const started = await startChannel(
    channel,
    {
      placeBid: (bid: object, { room }: { readonly room: Record<string, (content: object) => number> }) =>
        void room.bidPlaced?.(bid),
      closed: (...ended: (typeof closed)[number]) => void closed.push(ended),
    },
    { security: { token: ({ token }: { readonly token: string }) => ({ id: token }) } },
  );
  const join = (path: string, user: string) => connectClient(`${started.url}${path}`, bearer(user));
  const send = (auctionId: unknown, content: unknown, variables?: Readonly<Record<string, string>>) =>
    started.app.room('auction', { auctionId }, variables).bidPlaced?.(content);
  return { ...started, closed, states, join, send };
}

describe('a room', () => {
  it('has the connections to one address, however the address is written', async () => {
    const { app, join, send } = await startAuctions();
    const [ann, bob, eve] = [
      await join('/auctions/1', 'ann'),
      await join('/auctions/%31', 'bob'),
      await join('/auctions/2', 'eve'),
    ];
    expect(send(1, { cents: 150 })).toBe(2);
    expect(send('2', { cents: 7 })).toBe(1);
    expect(await ann.take(1)).toEqual(['{"cents":150}']);
    expect(await bob.take(1)).toEqual(['{"cents":150}']);
    expect(await eve.take(1)).toEqual(['{"cents":7}']);
    const room = app.room('auction', { auctionId: 1 });
    expect(room.address).toBe('/auctions/1');
    expect([...room.connections].map(({ user }) => user)).toEqual([{ id: 'ann' }, { id: 'bob' }]);
  });

  it('is the room of the connection in its handlers', async () => {
    const { join } = await startAuctions();
    const [ann, bob, eve] = [
      await join('/auctions/1', 'ann'),
      await join('/auctions/1', 'bob'),
      await join('/auctions/2', 'eve'),
    ];
    ann.webSocket.send('{"cents":150}');
    expect(await bob.take(1)).toEqual(['{"cents":150}']);
    expect(eve.received).toEqual([]);
  });

  it('is not shared by the tenants of a server', async () => {
    const { join, send } = await startAuctions({ servers: [tenants] });
    const [ann, eve] = [await join('/north/auctions/1', 'ann'), await join('/south/auctions/1', 'eve')];
    expect(send(1, { cents: 1 }, { tenant: 'north' })).toBe(1);
    expect(send(1, { cents: 1 })).toBe(0);
    expect(await ann.take(1)).toEqual(['{"cents":1}']);
    expect(eve.received).toEqual([]);
  });

  it('is empty once its connections have closed', async () => {
    const { app, join, closed } = await startAuctions();
    const ann = await join('/auctions/1', 'ann');
    ann.webSocket.close();
    await expect.poll(() => closed.length).toBe(1);
    expect([...app.room('auction', { auctionId: 1 }).connections]).toEqual([]);
  });

  it('sends nothing that breaks the contract', async () => {
    const { join, send } = await startAuctions();
    const ann = await join('/auctions/1', 'ann');
    expect(() => send(1, { cents: 'many' })).toThrow(
      'Message bidPlaced of channel auction breaks the contract and was not sent: /cents must be integer',
    );
    send(1, { cents: 1 });
    expect(await ann.take(1)).toEqual(['{"cents":1}']);
  });

  it.each([
    ['auction', { auctionId: 'a1' }, 'room of channel auction: /auctionId must be integer'],
    ['auction', {}, "room of channel auction: must have required property 'auctionId'"],
    ['lobby', {}, 'The contract has no channel lobby. It has auction.'],
  ])('of which the contract has no address throws: %s %j', async (channel, params, message) => {
    const { app } = await startAuctions();
    expect(() => app.room(channel, params)).toThrow(
      expect.objectContaining({ code: 'invalid_request', message }),
    );
  });
});

describe('the connections of an app', () => {
  it('are found by user, channel and id', async () => {
    const { app, join } = await startAuctions();
    for (const user of ['ann', 'bob', 'ann']) await join('/auctions/1', user);
    const [first] = app.connections({ user: 'ann' });
    expect(app.connections()).toHaveLength(3);
    expect(app.connections({ user: { id: 'ann' }, channel: 'auction' })).toHaveLength(2);
    expect(app.connections({ connection: first?.id ?? '' })).toEqual([first]);
    expect(app.connections({ user: 'nobody' })).toEqual([]);
  });
});

describe('kick', () => {
  it('closes the connections of a user with 4403 and the reason', async () => {
    const { app, join, closed } = await startAuctions();
    const [ann, bob, second] = [
      await join('/auctions/1', 'ann'),
      await join('/auctions/1', 'bob'),
      await join('/auctions/2', 'ann'),
    ];
    expect(app.kick({ user: 'ann' }, 'fraud')).toBe(2);
    expect(await ann.closed).toEqual({ code: 4403, reason: 'fraud' });
    expect(await second.closed).toEqual({ code: 4403, reason: 'fraud' });
    await expect
      .poll(() => closed.map(([{ user }, { code }]) => [user, code]))
      .toEqual([
        [{ id: 'ann' }, 4403],
        [{ id: 'ann' }, 4403],
      ]);
    expect(bob.webSocket.readyState).toBe(bob.webSocket.OPEN);
  });

  it('returns 0 if it matches nobody', async () => {
    const { app, join } = await startAuctions();
    await join('/auctions/1', 'ann');
    expect(app.kick({ user: 'nobody' }, 'fraud')).toBe(0);
    expect(app.connections()).toHaveLength(1);
  });

  it('does not accept an empty filter, which would match everybody', async () => {
    const { app } = await startAuctions();
    expect(() => app.kick({} as never, 'fraud')).toThrow('kick needs a user, a channel or a connection.');
  });
});

function* endless(line: string) {
  for (;;) yield line;
}

describe('a long history', () => {
  const chunk = 'x'.repeat(10_000);
  const channel = createChannel({
    send: [createMessage('line', text)],
    operations: [createOperation('send', 'line')],
  });

  /** Sends 500 messages of 10 KB, which is far more than the limit, to a client that reads after a pause. */
  async function sendHistory(send: (connection: LooseConnection) => unknown) {
    const started = await startChannel(
      channel,
      { opened: (connection: LooseConnection) => void send(connection) },
      { maxBufferedBytes: 100_000 },
    );
    const client = await connectClient(`${started.url}/desk`);
    client.webSocket.pause();
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.webSocket.resume();
    return client;
  }

  it('is sent at the pace of the client by a handler that awaits `ready`', async () => {
    const client = await sendHistory(async (connection) => {
      for (let line = 0; line < 500; line += 1) {
        await connection.ready;
        connection.send.line?.(`${line} ${chunk}`);
      }
    });
    const lines = await client.take(500);
    expect(lines.map((line) => Number(/\d+/.exec(line)))).toEqual(
      Array.from({ length: 500 }, (_, line) => line),
    );
  });

  it('is sent at the pace of the client by `sendAll`', async () => {
    let lines = 0;
    function* history() {
      for (; lines < 500; lines += 1) yield `${lines} ${chunk}`;
    }
    const client = await sendHistory((connection) => connection.sendAll.line?.(history()));
    expect(await client.take(500)).toHaveLength(500);
  });

  it('closes the connection of a client that does not keep up if it is sent without waiting', async () => {
    const client = await sendHistory(({ send }) => {
      for (let line = 0; line < 500; line += 1) send.line?.(`${line} ${chunk}`);
    });
    expect((await client.closed).code).toBe(4420);
  });

  it('ends when its client leaves', async () => {
    const sent = Promise.withResolvers<boolean | undefined>();
    const { port } = await startChannel(
      channel,
      { opened: (connection: LooseConnection) => sent.resolve(connection.sendAll.line?.(endless(chunk))) },
      { maxBufferedBytes: 100_000 },
    );
    const socket = await connectRaw(port);
    socket.write(handshakeRequest('/desk', {}));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.resetAndDestroy();
    expect(await sent.promise).toBe(false);
  });
});
