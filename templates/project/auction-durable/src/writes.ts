/** Everything that changes an auction. SQL decides, so that it is decided once, however many processes there are. */
import type { EventLog } from 'posted/log';

/** Registers the writes. Each stores its rows together with the event that everybody in the auction is sent. */
export function registerWrites(log: EventLog) {
  return {
    /** Does nothing if the auction exists. */
    openAuction: log.write({
      name: 'openAuction',
      row: { id: 'text', title: 'text', open_for_ms: 'integer' },
      one: ['id'],
      statements: {
        opened: `
          insert into auction (id, title, closes_at, cents)
          select id, title, at + open_for_ms, 0 from item where true
          on conflict (id) do nothing`,
      },
    }),
    /** Only a higher bid, and only while the auction is open. */
    placeBid: log.write({
      name: 'placeBid',
      row: { id: 'text', auction_id: 'text', address: 'text', bidder: 'text', cents: 'integer' },
      one: ['auction_id'],
      statements: {
        raised: `
          update auction set cents = item.cents, bidder = item.bidder from item
          where auction.id = item.auction_id and auction.cents < item.cents
            and auction.closed_at is null and item.at < auction.closes_at
          returning auction.id as auction_id`,
        stored: `
          insert into bid (id, auction_id, bidder, cents, placed_at)
          select id, auction_id, bidder, cents, at from item`,
      },
      when: 'raised',
      event: {
        channel: 'auction',
        address: 'address',
        message: 'bidPlaced',
        topic: 'auction_id',
        entity: 'id',
        payload: { cents: 'cents', bidder: 'bidder' },
      },
    }),
    // One for each outcome, because the message has no `winner` if nobody has bid.
    closings: [
      closing(log, 'sellAuction', 'auction.bidder is not null', { winner: 'closed.winner' }),
      closing(log, 'endAuction', 'auction.bidder is null', {}),
    ],
  };
}

/** Closes an auction whose time is over, unless it is closed. */
function closing(log: EventLog, name: string, condition: string, payload: Record<string, string>) {
  return log.write({
    name,
    row: { auction_id: 'text', address: 'text' },
    one: ['auction_id'],
    statements: {
      closed: `
        update auction set closed_at = item.at from item
        where auction.id = item.auction_id and auction.closed_at is null
          and item.at >= auction.closes_at and ${condition}
        returning auction.id as auction_id, auction.bidder as winner`,
    },
    when: 'closed',
    event: { channel: 'auction', address: 'address', message: 'auctionClosed', topic: 'auction_id', payload },
  });
}
