/** What the server does when somebody joins an auction or bids. */
import type { Principal } from 'posted/server';
import type { AuctionHandlers } from '../generated/asyncapi/handlers.ts';
import type { Auctions } from './auctions.ts';

type Handlers = AuctionHandlers<Principal, void>;

export const createAuctionHandlers = (auctions: Auctions): Handlers => ({
  async accept({ params, refuse }) {
    if ((await auctions.find(params.auctionId)) === undefined) refuse.notFound();
  },

  // Read when the connection is open: every bid is in this state or is sent after it, or both, but none is missing.
  // Read in `accept`, it would miss the bids that are placed until the connection is open.
  async opened({ params, send }) {
    const auction = await auctions.find(params.auctionId);
    if (auction === undefined) return;
    const { title: item, closes_at, closed_at, cents, bidder } = auction;
    const closesInMs = closed_at === null ? Math.max(1, closes_at - Date.now()) : 0;
    send.auctionState({ item, closesInMs, cents, ...(bidder !== null && { bidder }) });
  },

  // The log sends the bid to everybody in the auction.
  async placeBid({ cents }, { user, params, reply }) {
    const bid = await auctions.raiseBid(params.auctionId, user.id, cents);
    return 'bidId' in bid ? reply.bidAccepted(bid) : reply.bidRejected(bid);
  },
});
