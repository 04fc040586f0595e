/** The tables of the auctions, in the database of the log. */
import type { Migrations } from 'posted/log';

export interface Tables {
  readonly auction: AuctionRow;
}

export interface AuctionRow {
  readonly id: string;
  readonly title: string;
  /** In milliseconds since the Unix epoch, as all times. */
  readonly closes_at: number;
  /** Null while the auction is open. */
  readonly closed_at: number | null;
  /** The highest bid; 0 without one. */
  readonly cents: number;
  readonly bidder: string | null;
}

export const migrations: Migrations = ({ text, integer }) => ({
  '0001-auctions': {
    async up({ schema }) {
      await schema
        .createTable('auction')
        .addColumn('id', text, (column) => column.notNull().primaryKey())
        .addColumn('title', text, (column) => column.notNull())
        .addColumn('closes_at', integer, (column) => column.notNull())
        .addColumn('closed_at', integer)
        .addColumn('cents', integer, (column) => column.notNull())
        .addColumn('bidder', text)
        .execute();
      await schema
        .createTable('bid')
        .addColumn('id', text, (column) => column.notNull().primaryKey())
        .addColumn('auction_id', text, (column) => column.notNull().references('auction.id'))
        .addColumn('bidder', text, (column) => column.notNull())
        .addColumn('cents', integer, (column) => column.notNull())
        .addColumn('placed_at', integer, (column) => column.notNull())
        .execute();
    },
  },
});
