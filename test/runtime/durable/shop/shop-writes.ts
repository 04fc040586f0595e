import type { EventLog } from 'posted/log';

/** Registers the writes of the shop. Orders are in the topic of their shop, notes in that of their desk. */
export function registerShopWrites(log: Pick<EventLog, 'write'>) {
  return {
    /** A retry with the same key writes nothing. */
    storeOrder: log.write({
      name: 'storeOrder',
      row: { id: 'text', shop: 'text', customer: 'text', cents: 'integer', address: 'text' },
      one: ['id'],
      key: { user: 'customer', body: ['shop', 'cents'] },
      statements: {
        stored:
          'insert into shop_order (id, shop, customer, cents) select id, shop, customer, cents from item',
      },
      event: {
        channel: 'orders',
        address: 'address',
        message: 'orderPlaced',
        topic: 'shop',
        entity: 'id',
        payload: { orderId: 'id', customer: 'customer', cents: 'cents' },
      },
    }),
    /** Writes nothing if the order is cancelled already. The customer is told in any case. */
    cancelOrder: log.write({
      name: 'cancelOrder',
      row: { id: 'text', shop: 'text', address: 'text', also: 'json' },
      one: ['id'],
      statements: {
        cancelled: `
          update shop_order set cancelled = 1
          where cancelled = 0 and exists
            (select 1 from item where item.id = shop_order.id and item.shop = shop_order.shop)
          returning id`,
      },
      when: 'cancelled',
      event: {
        channel: 'orders',
        address: 'address',
        message: 'orderCancelled',
        topic: 'shop',
        also: 'also',
        entity: 'id',
        payload: { orderId: 'id' },
      },
    }),
    /** A retry with the same key writes nothing. */
    addNote: log.write({
      name: 'addNote',
      row: { id: 'text', author: 'text', desk: 'text', topic: 'text', address: 'text' },
      one: ['id'],
      key: { user: 'author', body: ['id', 'desk'] },
      event: {
        channel: 'orders',
        address: 'address',
        message: 'noteAdded',
        topic: 'topic',
        entity: 'id',
        payload: { noteId: 'id', author: 'author', desk: 'desk' },
      },
    }),
  };
}

export type ShopWrites = ReturnType<typeof registerShopWrites>;
