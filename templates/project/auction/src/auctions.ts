/** The auctions. They are in memory, so they begin again when the server restarts. */
import { randomUUID } from 'node:crypto';
import { PostedError } from 'posted/server';

export interface Auction {
  readonly id: string;
  readonly item: string;
  readonly closesAtMs: number;
  highest?: { readonly bidder: string; readonly cents: number };
}

const openForMs = 10 * 60_000;

/** Opens the auctions. A timer closes each, and calls `onClosed`. */
export function createAuctions(onClosed: (auction: Auction) => void): ReadonlyMap<string, Auction> {
  const items = Object.entries({ a1: 'A bicycle, hardly used', a2: 'A box of records' });
  const auctions = items.map(([id, item]): Auction => ({ id, item, closesAtMs: Date.now() + openForMs }));
  for (const auction of auctions) setTimeout(onClosed, openForMs, auction).unref();
  return new Map(auctions.map((auction) => [auction.id, auction]));
}

/** Returns the id of the bid, or null if it is not the highest. @throws PostedError if the auction is closed */
export function raiseBid(auction: Auction, bidder: string, cents: number): string | null {
  if (Date.now() >= auction.closesAtMs) throw new PostedError('forbidden', 'The auction is closed.');
  if (cents <= (auction.highest?.cents ?? 0)) return null;
  auction.highest = { bidder, cents };
  return randomUUID();
}
