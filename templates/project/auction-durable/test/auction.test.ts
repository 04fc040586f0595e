/** Tests the auction through real connections and its database, as bidders use it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { connect, memoryCursor } from 'posted/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auction as channel } from '../generated/asyncapi/client.ts';
import { createServer } from '../src/app.ts';

const folder = await mkdtemp(`${tmpdir()}/auction-`);
let server: Awaited<ReturnType<typeof start>>;

beforeAll(async () => {
  process.env.AUCTION_PASSWORD = 'secret';
  server = await start();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

async function start() {
  const { server, auctions, resources } = await createServer(folder);
  const running = await server.listen({ port: 0, signals: false, resources });
  return { auctions, url: running.url, close: () => running.close() };
}

/** Starts a server on the same database. */
async function restart() {
  await server.close();
  server = await start();
}

function join(username: string, auctionId: string, { password = 'secret', cursor = memoryCursor() } = {}) {
  const auth = { username, password };
  // A refused client would print why.
  return connect(channel, { url: server.url, auth, params: { auctionId }, cursor, onError() {} });
}

/** Joins and leaves. The cursor says what has been shown. */
async function visit(username: string, auctionId: string) {
  const cursor = memoryCursor();
  const client = join(username, auctionId, { cursor });
  await client.opened;
  client.close();
  await client.closed;
  return cursor;
}

describe('a bid', () => {
  it('is shown to everybody if it is the highest', async () => {
    await using ann = join('ann', 'a1');
    await using bob = join('bob', 'a1');
    const shown = new Promise((resolve) => bob.on.bidPlaced(resolve));
    await bob.opened;
    const answer = await ann.placeBid({ cents: 150 }, { whenOffline: 'wait' });
    expect(answer.is('bidAccepted')).toBe(true);
    expect(await shown).toMatchObject({ bidder: 'ann', cents: 150 });
  });

  it('is rejected with the highest bid if that is not lower', async () => {
    await using ann = join('ann', 'a2');
    await ann.placeBid({ cents: 200 }, { whenOffline: 'wait' });
    expect(await ann.placeBid({ cents: 200 })).toMatchObject({ highestCents: 200 });
  });

  it('breaks the contract if it is negative', async () => {
    await using ann = join('ann', 'a1');
    await ann.opened;
    await expect(ann.placeBid({ cents: -5 })).rejects.toThrow('/cents');
  });
});

describe('a bidder', () => {
  it('without the password is refused', async () => {
    await using eve = join('eve', 'a1', { password: 'wrong' });
    await expect(eve.opened).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('of an unknown auction is refused', async () => {
    await using ann = join('ann', 'a9');
    await expect(ann.opened).rejects.toMatchObject({ code: 'refused', status: 404 });
  });
});

describe('after a restart', { timeout: 20_000 }, () => {
  it('bids are shown once to those who were away', async () => {
    await server.auctions.open('a3', 'A lamp', 60_000);
    const cursor = await visit('bob', 'a3');
    {
      await using ann = join('ann', 'a3');
      await ann.placeBid({ cents: 100 }, { whenOffline: 'wait' });
      await ann.placeBid({ cents: 300 });
    }
    await restart();
    await using bob = join('bob', 'a3', { cursor });
    const states: unknown[] = [];
    const bids: unknown[] = [];
    bob.on.auctionState(({ cents, bidder }) => void states.push({ cents, bidder }));
    bob.on.bidPlaced(({ cents }) => void bids.push(cents));
    await bob.placeBid({ cents: 400 }, { whenOffline: 'wait' });
    await expect.poll(() => bids, { timeout: 9000 }).toEqual([100, 300, 400]);
    expect(states).toEqual([{ cents: 300, bidder: 'ann' }]);
  });

  it('an auction closes whose time was over meanwhile', async () => {
    await server.auctions.open('a4', 'A vase', 3000);
    const cursor = await visit('bob', 'a4');
    await restart();
    await using bob = join('bob', 'a4', { cursor });
    const closed = await new Promise((resolve) => bob.on.auctionClosed(resolve));
    expect(closed).not.toHaveProperty('winner');
    await expect(bob.placeBid({ cents: 100 })).rejects.toThrow('The auction is closed.');
  });
});

describe('an auction', { timeout: 20_000 }, () => {
  it('closes by itself, and takes no more bids', async () => {
    await server.auctions.open('a5', 'A clock', 2000);
    await using ann = join('ann', 'a5');
    const closed = new Promise((resolve) => ann.on.auctionClosed(resolve));
    await ann.placeBid({ cents: 100 }, { whenOffline: 'wait' });
    expect(await closed).toMatchObject({ winner: 'ann' });
    await expect(ann.placeBid({ cents: 200 })).rejects.toThrow('The auction is closed.');
  });
});
