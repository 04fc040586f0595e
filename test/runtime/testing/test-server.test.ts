import { createContractServer } from 'posted/server';
import { type TestConnectOptions, testServer } from 'posted/testing';
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest';
import type { LooseTypes } from '../../support/contract-server.ts';
import { type Bidder, createAuctions } from './auction/auctions.ts';
import * as channels from './auction/generated/asyncapi/client.ts';
import type { NewsConnection } from './auction/generated/asyncapi/handlers.ts';

const params = { auctionId: 'a1' };
const bidder = { id: 'ann' };
const onError = () => {};

describe('a test server', () => {
  it('serves generated clients with the handlers of the application', async () => {
    await using t = await testServer(() => createAuctions().server);
    const ann = await t.connect(channels.auction, { user: 'ann', params });
    const bob = await t.connect(channels.auction, { user: 'bob', params });
    const bids = bob.messages();
    expect(await ann.placeBid({ cents: 150 })).toMatchObject({ bidId: expect.any(String) });
    expect(await bids.next()).toMatchObject({ value: { type: 'bidPlaced', bidder: 'ann', cents: 150 } });
    const answer = await bob.placeBid({ cents: 150 });
    expect(answer.is('bidRejected') && answer.highestCents).toBe(150);
  });

  it('accepts a server that exists already', async () => {
    await using t = await testServer(createAuctions().server);
    const ann = await t.connect(channels.auction, { user: 'ann', params });
    expect(ann.status.value).toEqual({ state: 'open' });
  });

  it('serves channels without security', async () => {
    const { app, server } = createAuctions();
    await using t = await testServer(server);
    const reader = await t.connect(channels.news, {});
    const headlines = reader.messages();
    const next = headlines.next();
    expect(app.room('news').headline({ text: 'Sold' })).toBe(1);
    expect(await next).toMatchObject({ value: { text: 'Sold' } });
  });

  it('checks what clients send against the contract', async () => {
    await using t = await testServer(() => createAuctions().server);
    const ann = await t.connect(channels.auction, { user: 'ann', params });
    await expect(ann.placeBid({ cents: -5 })).rejects.toMatchObject({ code: 'bad_message' });
  });

  it.each([
    [13, 'forbidden', /^Thirteen is bad luck\.$/],
    [15, 'internal', /^The server failed/],
  ])('answers a bid of %d cents with the error of its handler', async (cents, code, message) => {
    await using t = await testServer(() => createAuctions().server);
    const ann = await t.connect(channels.auction, { user: 'ann', params });
    const failed = ann.placeBid({ cents });
    await expect(failed).rejects.toMatchObject({ name: 'PostedError', code });
    await expect(failed).rejects.toThrow(message);
    expect(await ann.placeBid({ cents: 150 })).toMatchObject({ type: 'bidAccepted' });
  });

  it('checks what it receives against the contract', async () => {
    await using t = await testServer(() => createAuctions().server);
    const receive = channels.auction.receive.map((message) => ({ ...message, guard: undefined }));
    const ann = await t.connect({ ...channels.auction, receive }, { user: 'ann', params });
    await expect(ann.placeBid({ cents: -5 })).rejects.toMatchObject({
      name: 'PostedError',
      code: 'invalid_request',
    });
  });

  it('knows who is in a room', async () => {
    const { app, server } = createAuctions();
    await using t = await testServer(server);
    await t.connect(channels.auction, { user: 'ann', params });
    const bob = await t.connect(channels.auction, { user: 'bob', params });
    await t.connect(channels.auction, { user: 'bob', params });
    const room = app.room('auction', params);
    expect(await room.presence()).toMatchObject({ count: 3, users: ['ann', 'bob'] });
    await bob.goOffline();
    expect([...room.connections]).toHaveLength(2);
  });

  it('lets handlers send at the pace of a slow client', async () => {
    const warnings: string[] = [];
    // Node warns of listeners that pile up on a socket.
    const onWarning = ({ message }: Error) => void warnings.push(message);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const text = 'x'.repeat(1_000);
    const headlines = Array.from({ length: 3_000 }, () => ({ text }));
    const onReader = async (reader: NewsConnection) => void (await reader.sendAll.headline(headlines));
    await using t = await testServer(() => createAuctions({ onReader }).server);
    const reader = await t.connect(channels.news, { maxWaitingMessages: 10 });
    let received = 0;
    for await (const message of reader.messages()) {
      expect(message.text).toHaveLength(1_000);
      received += 1;
      if (received === headlines.length) break;
    }
    expect(reader.status.value.state).toBe('open');
    expect(warnings).toEqual([]);
  });

  it('serves requests over HTTP', async () => {
    await using t = await testServer(() => createAuctions().server);
    expect(await t.fetch('/healthz')).toMatchObject({ status: 200 });
    expect(await t.fetch('/auctions', { method: 'POST' })).toMatchObject({ status: 404 });
  });

  it('takes a server that is embedded into the HTTP server of an application', async () => {
    const contract = { title: 'News', version: '1.0.0', channels: { news: channels.news } };
    const app = createContractServer<LooseTypes, object>(contract, {});
    await using t = await testServer(() => app.handle({ news: {} }));
    const reader = await t.connect(channels.news, {});
    expect(reader.status.value).toEqual({ state: 'open' });
    await expect(t.fetch('/healthz')).rejects.toThrow('This server has no REST');
  });

  it('lets the application kick a client, with its reason', async () => {
    const { app, server, closed } = createAuctions();
    await using t = await testServer(server);
    const ann = await t.connect(channels.auction, { user: 'ann', params, onError });
    expect(app.kick({ user: 'ann' }, 'fraud')).toBe(1);
    await expect(ann.closed).rejects.toMatchObject({
      closeCode: 4403,
      message: expect.stringContaining('fraud'),
    });
    expect(closed).toEqual([['ann', 4403]]);
  });

  it('closes its clients and the server', async () => {
    const { app, server, closed } = createAuctions();
    const t = await testServer(server);
    const ann = await t.connect(channels.auction, { user: 'ann', params });
    await t[Symbol.asyncDispose]();
    expect(ann.status.value).toMatchObject({ state: 'closed', code: 1000 });
    expect(closed).toEqual([['ann', 1000]]);
    expect(app.connections()).toEqual([]);
    await expect(t.connect(channels.auction, { user: 'ann', params })).rejects.toMatchObject({
      code: 'unreachable',
    });
  });
});

describe('the user of a test client', () => {
  it('is the given principal, without any credentials', async () => {
    const { app, server, verified } = createAuctions();
    await using t = await testServer(server);
    const user = { ...bidder, isBanned: false };
    await t.connect(channels.auction, { user, params });
    expect(app.connections().map((connection) => connection.user)).toEqual([user]);
    expect(verified).toEqual([]);
  });

  it('is verified by the security hooks if the test has credentials', async () => {
    const { app, server, verified } = createAuctions();
    await using t = await testServer(server);
    await t.connect(channels.auction, { auth: 'ann.secret', params });
    expect(app.connections({ user: 'ann' })).toHaveLength(1);
    expect(verified).toEqual(['ann.secret']);
  });

  it('or credentials are required by the types', () => {
    type Options = TestConnectOptions<channels.AuctionTypes>;
    expectTypeOf<{ user: string; params: { auctionId: string } }>().toExtend<Options>();
    expectTypeOf<{ auth: string; params: { auctionId: string } }>().toExtend<Options>();
    expectTypeOf<{ params: { auctionId: string } }>().not.toExtend<Options>();
    expectTypeOf<{ user: string }>().not.toExtend<Options>();
    expectTypeOf<{ user: string; auth: string; params: { auctionId: string } }>().not.toExtend<Options>();
    expectTypeOf<{ user: string }>().not.toExtend<TestConnectOptions<channels.NewsTypes>>();
  });
});

describe('a client that cannot connect', () => {
  it.each<readonly [string, TestConnectOptions<channels.AuctionTypes, Bidder>, number, string]>([
    [
      'its channel refuses it',
      { user: 'ann', params: { auctionId: 'unknown' } },
      404,
      'There is no such auction.',
    ],
    ['its user is not allowed', { user: { ...bidder, isBanned: true }, params }, 403, 'You are banned.'],
    ['it may come back later', { user: 'ann', params: { auctionId: 'busy' } }, 503, 'Too many bidders.'],
    ['its token is wrong', { auth: 'ann.wrong', params }, 401, 'The token is not valid.'],
  ])('rejects with the reason if %s', async (_case, options, status, reason) => {
    await using t = await testServer(() => createAuctions().server);
    const message = expect.stringContaining(reason);
    await expect(t.connect(channels.auction, options)).rejects.toMatchObject({ status, message });
  });

  it('reports its error only by rejecting', async () => {
    await using t = await testServer(() => createAuctions().server);
    const reported: unknown[] = [];
    const options = { auth: 'ann.wrong', params, onError: (error: unknown) => void reported.push(error) };
    await expect(t.connect(channels.auction, options)).rejects.toMatchObject({ status: 401 });
    expect(reported).toEqual([]);
  });

  it('rejects if the server has no such channel', async () => {
    await using t = await testServer(() => createAuctions().server);
    const channel = { ...channels.auction, address: '/auction/{auctionId}' };
    await expect(t.connect(channel, { user: 'ann', params })).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('no channel at this path'),
    });
  });

  it('rejects if the channel is undefined', async () => {
    await using t = await testServer(() => createAuctions().server);
    const { misspelled } = channels as unknown as { readonly misspelled: typeof channels.auction };
    await expect(t.connect(misspelled, { user: 'ann', params })).rejects.toThrow('The channel is undefined');
  });

  it('rejects if a function of the handshake never returns', async () => {
    await using t = await testServer(() => createAuctions().server);
    const stuck = t.connect(channels.auction, { user: 'ann', params: { auctionId: 'stuck' } });
    const [outcome] = await Promise.allSettled([stuck, t.clock.advance('4s')]);
    expect(outcome).toMatchObject({
      reason: { code: 'unreachable', message: expect.stringContaining('`accept`') },
    });
  });
});
