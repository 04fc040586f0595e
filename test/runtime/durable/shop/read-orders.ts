import type { Kysely } from 'kysely';
import { readWithCursor } from 'posted/log';
import type { ShopTables } from './shop-tables.ts';

export interface OrdersSnapshot {
  readonly orders: readonly {
    readonly orderId: string;
    readonly customer: string;
    readonly cents: number;
    readonly isCancelled: boolean;
  }[];
  /** `since` with it continues exactly after these orders. */
  readonly cursor: string;
}

export async function readOrders(db: Kysely<ShopTables>, shop: string): Promise<OrdersSnapshot> {
  const stored = db
    .selectFrom('shop_order')
    .select(['id', 'customer', 'cents', 'cancelled'])
    .where('shop', '=', shop);
  const { rows, cursor } = await readWithCursor(db, stored);
  return {
    orders: rows.map(({ id: orderId, customer, cents, cancelled }) => ({
      orderId,
      customer,
      cents,
      isCancelled: cancelled === 1,
    })),
    cursor,
  };
}
