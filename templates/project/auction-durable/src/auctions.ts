/** The auctions. They are in the database, so they survive restarts, and several processes can serve them. */
import { randomUUID } from 'node:crypto';
import type { EventLog } from 'posted/log';
import { PostedError } from 'posted/server';
import type { AuctionRow, Tables } from './tables.ts';
import { registerWrites } from './writes.ts';

export type Auctions = Awaited<ReturnType<typeof createAuctions>>;

/** What has become of a bid. */
export type Raised = { readonly bidId: string } | { readonly highestCents: number };

/** `addressOf` returns the address at which the bidders of an auction are connected. */
export async function createAuctions(log: EventLog, addressOf: (auctionId: string) => string) {
  const writes = registerWrites(log);
  const reads = log.reads<Tables>();
  await open('a1', 'A bicycle, hardly used', 60 * 60_000);
  await open('a2', 'A box of records', 60 * 60_000);

  /** Opens an auction, unless it exists: an auction that was opened earlier keeps its bids and its end. */
  async function open(id: string, title: string, openForMs: number): Promise<void> {
    await writes.openAuction({ id, title, open_for_ms: openForMs });
  }

  /** The auction as it is now; undefined if it does not exist. */
  async function find(id: string): Promise<AuctionRow | undefined> {
    return await reads.selectFrom('auction').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** Returns the id of the bid, or the highest one if that is not lower. @throws PostedError if the auction is closed */
  async function raiseBid(auctionId: string, bidder: string, cents: number): Promise<Raised> {
    const bid = { id: randomUUID(), auction_id: auctionId, address: addressOf(auctionId), bidder, cents };
    const { isWritten } = await writes.placeBid(bid);
    if (isWritten) return { bidId: bid.id };
    const highestCents = (await find(auctionId))?.cents ?? 0;
    if (highestCents < cents) throw new PostedError('forbidden', 'The auction is closed.');
    return { highestCents };
  }

  /** Closes the auctions whose time is over, also those that ended while no process was running. */
  async function closeDue(): Promise<void> {
    const isDue = reads.selectFrom('auction').select('id').where('closed_at', 'is', null);
    for (const { id } of await isDue.where('closes_at', '<=', Date.now()).execute()) {
      for (const close of writes.closings) await close({ auction_id: id, address: addressOf(id) });
    }
  }

  let closing = Promise.resolve();
  const timer = setInterval(() => {
    closing = closeDue().catch((thrown) => console.error('Auctions cannot be closed now:', thrown));
  }, 1000);

  return {
    open,
    find,
    raiseBid,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await closing;
    },
  };
}
