import { testServer } from 'posted/testing';
import { describe, expect, it } from 'vitest';
import { createAuctions } from './auction/auctions.ts';
import * as channels from './auction/generated/asyncapi/client.ts';
import * as channels1 from './auction/v1/generated/asyncapi/client.ts';

const params = { auctionId: 'a1' };

describe('a restart', () => {
  it('closes connections with 1012 and creates the server again', async () => {
    const created: ReturnType<typeof createAuctions>[] = [];
    await using t = await testServer(() => {
      const auctions = createAuctions();
      created.push(auctions);
      return auctions.server;
    });
    const ann = await t.connect(channels.auction, { user: 'ann', params });
    await ann.placeBid({ cents: 500 });
    await t.restart();
    expect(ann.status.value).toEqual({ state: 'open' });
    expect(created.map(({ closed }) => closed)).toEqual([[['ann', 1012]], []]);
    // The auctions of the new server start at 100 cents.
    expect(await ann.placeBid({ cents: 150 })).toMatchObject({ bidId: 'ann-150' });
  });

  it('leaves clients that are offline there', async () => {
    await using t = await testServer(() => createAuctions().server);
    const ann = await t.connect(channels.auction, { user: 'ann', params });
    await ann.goOffline();
    await t.restart();
    expect(ann.status.value.state).not.toBe('open');
    await ann.comeBack();
    expect(ann.status.value.state).toBe('open');
  });

  it('rejects if the new server refuses a client', async () => {
    let createdTimes = 0;
    await using t = await testServer(() => {
      createdTimes += 1;
      return createAuctions({ secret: `secret${createdTimes}` }).server;
    });
    const options = { auth: 'ann.secret1', params, onError() {} };
    const ann = await t.connect(channels.auction, options);
    await expect(t.restart()).rejects.toMatchObject({ code: 'unauthorized' });
    expect(ann.status.value).toMatchObject({ state: 'waiting', error: { code: 'unauthorized' } });
  });

  it('needs a new server', async () => {
    const { server } = createAuctions();
    await using t = await testServer(() => server);
    await expect(t.restart()).rejects.toThrow('create a new one');
  });
});

describe('a client of an older contract', () => {
  it('works with the new server, whose new messages and fields it does not know', async () => {
    await using t = await testServer(() => createAuctions().server);
    const unknown: unknown[] = [];
    const old = await t.connect(channels1.auction, {
      user: 'ann',
      params,
      onUnknown: (message) => void unknown.push(message),
    });
    const bids = old.messages();
    const next = bids.next();
    expect(await old.placeBid({ cents: 150 })).toMatchObject({ bidId: 'ann-150' });
    expect(await next).toMatchObject({ value: { type: 'bidPlaced', cents: 150 } });
    void bids.next();
    await t.clock.advance('1m');
    expect(unknown).toEqual([{ type: 'auctionClosed', winner: 'ann' }]);
  });
});
