/** A test of the runner node:test, whose process must end by itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from 'posted/testing';
import { createAuctions } from './auctions.ts';
import * as channels from './generated/asyncapi/client.ts';

await test('an auction closes a minute after its last bid', async () => {
  await using t = await testServer(() => createAuctions().server);
  const ann = await t.connect(channels.auction, { user: 'ann', params: { auctionId: 'a1' } });
  const bob = await t.connect(channels.auction, { user: 'bob', params: { auctionId: 'a1' } });
  const winners: unknown[] = [];
  ann.on.auctionClosed(({ winner }) => void winners.push(winner));
  await bob.placeBid({ cents: 150 });
  await bob.goOffline();
  await t.clock.advance('1m');
  await bob.comeBack();
  await t.restart();
  await bob.goOffline();
  assert.deepEqual(winners, ['bob']);
});
