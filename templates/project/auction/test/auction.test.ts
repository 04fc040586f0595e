/** Tests the auction through real connections, as bidders use it. */
import { connect } from 'posted/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { auction as channel } from '../generated/asyncapi/client.ts';
import { server } from '../src/app.ts';
import { type Auction, createAuctions, raiseBid } from '../src/auctions.ts';

let running: Awaited<ReturnType<typeof server.listen>>;

beforeAll(async () => {
  process.env.AUCTION_PASSWORD = 'secret';
  running = await server.listen({ port: 0, signals: false });
});
afterAll(() => running.close());

function join(username: string, { password = 'secret', auctionId = 'a1' } = {}) {
  const auth = { username, password };
  // A refused client would print why.
  return connect(channel, { url: running.url, auth, params: { auctionId }, onError() {} });
}

describe('a bid', () => {
  it('is shown to everybody if it is the highest', async () => {
    await using ann = join('ann');
    await using bob = join('bob');
    const shown = new Promise((resolve) => bob.on.bidPlaced(resolve));
    await bob.opened;
    const answer = await ann.placeBid({ cents: 150 }, { whenOffline: 'wait' });
    expect(answer.is('bidAccepted')).toBe(true);
    expect(await shown).toMatchObject({ bidder: 'ann', cents: 150 });
  });

  it('is rejected with the highest bid if that is not lower', async () => {
    await using ann = join('ann', { auctionId: 'a2' });
    await ann.placeBid({ cents: 200 }, { whenOffline: 'wait' });
    expect(await ann.placeBid({ cents: 200 })).toMatchObject({ highestCents: 200 });
  });

  it('breaks the contract if it is negative', async () => {
    await using ann = join('ann');
    await ann.opened;
    await expect(ann.placeBid({ cents: -5 })).rejects.toThrow('/cents');
  });
});

describe('a bidder', () => {
  it('without the password is refused', async () => {
    await using eve = join('eve', { password: 'wrong' });
    await expect(eve.opened).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('of an unknown auction is refused', async () => {
    await using ann = join('ann', { auctionId: 'a9' });
    await expect(ann.opened).rejects.toMatchObject({ code: 'refused', status: 404 });
  });
});

describe('an auction', () => {
  it('closes by itself, and takes no more bids', () => {
    vi.useFakeTimers();
    const closed: Auction[] = [];
    const [auction] = [...createAuctions((each) => void closed.push(each)).values()];
    vi.advanceTimersByTime(10 * 60_000);
    expect(closed).toContain(auction);
    expect(() => raiseBid(closed[0] as Auction, 'ann', 100)).toThrow('The auction is closed.');
    vi.useRealTimers();
  });
});
