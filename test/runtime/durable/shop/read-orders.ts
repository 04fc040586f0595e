import { type Kysely, sql } from 'kysely';
import { encodeCursor, type LogTables } from 'posted/log';
import type { ShopTables } from './shop-tables.ts';

export interface OrdersSnapshot {
  readonly orders: readonly {
    readonly orderId: string;
    readonly customer: string;
    readonly cents: number;
    readonly isCancelled: boolean;
  }[];
  /** The newest event when the orders were read: `since` with it continues exactly there. */
  readonly cursor: string;
}

/** Reads the orders of a shop and the head of the log in one statement, and so in one snapshot. */
export async function readOrders(db: Kysely<ShopTables & LogTables>, shop: string): Promise<OrdersSnapshot> {
  const rows = await db
    .selectFrom('posted_head as head')
    .leftJoin('shop_order as item', (join) => join.on('item.shop', '=', shop))
    .select([
      'item.id',
      'item.customer',
      'item.cents',
      'item.cancelled',
      'head.seq',
      sql<string>`(select epoch from posted_meta)`.as('epoch'),
    ])
    .select(
      sql<number>`coalesce(
        (select mark from posted_event where posted_event.seq = head.seq),
        (select floor_mark from posted_meta))`.as('mark'),
    )
    .execute();
  const [head] = rows;
  if (head === undefined) throw new Error('the log has no head');
  return {
    orders: rows.flatMap(({ id: orderId, customer, cents, cancelled }) =>
      orderId === null || customer === null || cents === null
        ? []
        : [{ orderId, customer, cents, isCancelled: cancelled === 1 }],
    ),
    cursor: encodeCursor(head.epoch, head),
  };
}
