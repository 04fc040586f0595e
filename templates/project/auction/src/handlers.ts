/** What the server does when somebody joins an auction or bids. */
import type { Principal } from 'posted/server';
import type { AuctionHandlers } from '../generated/asyncapi/handlers.ts';
import { type Auction, raiseBid } from './auctions.ts';

type Handlers = AuctionHandlers<Principal, Auction>;

export const createAuctionHandlers = (auctions: ReadonlyMap<string, Auction>): Handlers => ({
  accept: ({ params, refuse }) => auctions.get(params.auctionId) ?? refuse.notFound(),

  opened({ send, state: { item, closesAtMs, highest } }) {
    send.auctionState({ item, closesInMs: Math.max(0, closesAtMs - Date.now()), cents: 0, ...highest });
  },

  placeBid({ cents }, { user, state, room, reply }) {
    const bidId = raiseBid(state, user.id, cents);
    if (bidId === null) return reply.bidRejected({ highestCents: state.highest?.cents ?? 0 });
    room.bidPlaced({ cents, bidder: user.id });
    return reply.bidAccepted({ bidId });
  },
});
