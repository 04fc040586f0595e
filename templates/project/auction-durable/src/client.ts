/**
 * `npm run client -- ann`: shows the bids of an auction, and bids the amounts that are typed. The file ann-a1.cursor says
 * which bids were shown, so that the next run begins with those that were missed.
 */
import { createInterface } from 'node:readline/promises';
import { connect, fileCursor } from 'posted/client';
import { auction as channel } from '../generated/asyncapi/client.ts';
import settings from '../settings.json' with { type: 'json' };

const [username = 'ann', auctionId = 'a1'] = process.argv.slice(2);
const auction = connect(channel, {
  url: process.env.URL ?? `ws://localhost:${process.env.PORT ?? settings.port}`,
  auth: { username, password: process.env.AUCTION_PASSWORD ?? '' },
  params: { auctionId },
  cursor: fileCursor(`${username}-${auctionId}.cursor`),
  onReset: () => console.log('Earlier bids cannot be shown anymore.'),
  onError: ({ message }) => console.error(message),
});
const money = (cents: number): string => (cents / 100).toFixed(2);

auction.on.auctionState(({ item, closesInMs, cents, bidder }) => {
  const highest = bidder === undefined ? 'nobody has bid yet' : `${bidder} has bid ${money(cents)}`;
  if (closesInMs === 0) return console.log(`${item}: ${highest}, and it is closed.`);
  console.log(`${item}: ${highest}, and it closes in ${Math.ceil(closesInMs / 60_000)} minutes.`);
  console.log('Type an amount to bid, such as 12.50.');
});
auction.on.bidPlaced(({ cents, bidder }) => console.log(`${bidder} bids ${money(cents)}`));
auction.on.auctionClosed(({ winner }) => console.log(`The auction is closed: ${winner ?? 'nobody'} wins.`));
auction.status.subscribe((status) => {
  if (status.state === 'waiting') console.log(`Not connected: ${status.error.message}`);
});

async function bid(text: string): Promise<void> {
  const cents = Math.round(Number(text.replace(',', '.')) * 100);
  if (!(cents > 0)) return console.log(`"${text}" is not an amount.`);
  try {
    const answer = await auction.placeBid({ cents });
    if (answer.is('bidRejected')) console.log(`Too low: the highest bid is ${money(answer.highestCents)}.`);
  } catch (thrown) {
    console.log(thrown instanceof Error ? thrown.message : thrown);
  }
}

const keyboard = createInterface({ input: process.stdin });
keyboard.on('line', bid);
keyboard.on('close', () => auction.close());
process.once('SIGINT', () => keyboard.close());
try {
  await auction.closed;
} catch {
  process.exitCode = 1;
}
keyboard.close();
