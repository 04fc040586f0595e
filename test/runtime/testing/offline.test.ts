import { testServer } from 'posted/testing';
import { describe, expect, it } from 'vitest';
import { createAuctions } from './auction/auctions.ts';
import * as channels from './auction/generated/asyncapi/client.ts';

const params = { auctionId: 'a1' };
const ann = { user: 'ann', params };
/** The client does not try again by itself during a test. */
const patient = { baseMs: 2 ** 31 - 1, maxMs: 2 ** 31 - 1 };

describe('a test client that goes offline', () => {
  it('loses its connection without a close frame, on both sides', async () => {
    const { server, closed } = createAuctions();
    await using t = await testServer(server);
    const client = await t.connect(channels.auction, { ...ann, reconnect: patient });
    await client.goOffline();
    expect(client.status.value).toMatchObject({ state: 'waiting', error: { closeCode: 1006 } });
    expect(closed).toEqual([['ann', 1006]]);
  });

  it('loses the request in flight', async () => {
    await using t = await testServer(() => createAuctions().server);
    const client = await t.connect(channels.auction, ann);
    const [outcome] = await Promise.allSettled([client.placeBid({ cents: 14 }), client.goOffline()]);
    expect(outcome).toMatchObject({ reason: { code: 'closed' } });
  });

  it('fails every attempt until it comes back', async () => {
    await using t = await testServer(() => createAuctions().server);
    const client = await t.connect(channels.auction, ann);
    await client.goOffline();
    await t.clock.advance('10m');
    expect(client.status.value).toMatchObject({
      state: 'waiting',
      error: { code: 'unreachable', message: expect.stringContaining('offline') },
    });
    await client.comeBack();
    expect(await client.placeBid({ cents: 150 })).toMatchObject({ bidId: 'ann-150' });
  });

  it('comes back at once, whatever the back-off', async () => {
    await using t = await testServer(() => createAuctions().server);
    const client = await t.connect(channels.auction, { ...ann, reconnect: patient });
    await client.goOffline();
    const beforeMs = Date.now();
    await client.comeBack();
    expect(client.status.value).toEqual({ state: 'open' });
    expect(Date.now() - beforeMs).toBeLessThan(4_000);
  });

  it('sends what waits for the connection when it comes back', async () => {
    await using t = await testServer(() => createAuctions().server);
    const client = await t.connect(channels.auction, ann);
    await client.goOffline();
    const answer = client.placeBid({ cents: 150 }, { whenOffline: 'wait' });
    await client.comeBack();
    expect(await answer).toMatchObject({ bidId: 'ann-150' });
  });

  it('leaves other clients connected', async () => {
    await using t = await testServer(() => createAuctions().server);
    const client = await t.connect(channels.auction, ann);
    const bob = await t.connect(channels.auction, { user: 'bob', params });
    await client.goOffline();
    expect(await bob.placeBid({ cents: 150 })).toMatchObject({ bidId: 'bob-150' });
  });

  it('rejects comeBack with the reason if the server refuses it now', async () => {
    await using t = await testServer(() => createAuctions().server);
    let token = 'ann.secret';
    const client = await t.connect(channels.auction, { auth: () => token, params, onError() {} });
    await client.goOffline();
    token = 'ann.wrong';
    await expect(client.comeBack()).rejects.toMatchObject({ status: 401 });
  });

  it('rejects comeBack if the client has ended', async () => {
    await using t = await testServer(() => createAuctions().server);
    const client = await t.connect(channels.auction, { ...ann, reconnect: false, onError() {} });
    await client.goOffline();
    await expect(client.comeBack()).rejects.toMatchObject({ code: 'closed' });
  });
});
