import { randomUUID } from 'node:crypto';
import { type DatabaseLocation, type Migrations, openLog } from 'posted/log';
import { type DurableOptions, serve } from 'posted/node';
import { type Log, PostedError, silentLog } from 'posted/server';
import { contract } from './generated/asyncapi/channels.ts';

const migrations: Migrations = ({ text, integer }) => ({
  '0001-orders': {
    async up({ schema }) {
      await schema
        .createTable('shop_order')
        .addColumn('id', text, (column) => column.notNull().primaryKey())
        .addColumn('shop', text, (column) => column.notNull())
        .addColumn('customer', text, (column) => column.notNull())
        .addColumn('cents', integer, (column) => column.notNull())
        .execute();
    },
  },
});

export interface ShopOptions {
  readonly database: DatabaseLocation;
  readonly brokerUrl?: string;
  readonly delivery?: DurableOptions;
  readonly log?: Log;
}

/** An application with durable messages: the token of a user is its id. Shops are topics, which their staff has joined. */
export async function createShop({ database, brokerUrl, delivery = {}, log = silentLog }: ShopOptions) {
  const eventLog = await openLog({ database, brokerUrl, migrations, contract, log });
  const app = serve(contract, {
    eventLog,
    delivery,
    log,
    security: {
      token: ({ token }) => {
        if (/^[a-z0-9]+$/.test(token)) return { id: token };
        throw new PostedError('unauthorized', 'The token is malformed.');
      },
    },
    publish: { keys: { billing: 'b'.repeat(32) } },
  });
  const storeOrder = eventLog.write({
    name: 'storeOrder',
    row: { id: 'text', shop: 'text', customer: 'text', cents: 'integer', address: 'text' },
    one: ['id'],
    statements: {
      stored: 'insert into shop_order (id, shop, customer, cents) select id, shop, customer, cents from item',
    },
    event: {
      channel: 'orders',
      address: 'address',
      message: 'orderPlaced',
      topic: 'shop',
      entity: 'id',
      payload: { orderId: 'id', customer: 'customer', cents: 'cents' },
    },
  });

  async function placeOrder(shopId: string, customer: string, cents: number): Promise<string> {
    const id = randomUUID();
    const { address } = app.room('orders', { shopId });
    await storeOrder({ id, shop: shopId, customer, cents, address });
    return id;
  }

  const ended: string[] = [];
  const server = app.handle({
    orders: {
      accept({ params: { shopId }, refuse }) {
        if (shopId === 'closed') refuse.notFound('There is no such shop.');
        return { shopId };
      },
      closed: ({ state }, { code }) => void ended.push(`${state.shopId} ${code}`),
      async placeOrder({ cents }, { user, state, reply }) {
        return reply.orderAccepted({ orderId: await placeOrder(state.shopId, user.id, cents) });
      },
    },
    alerts: {},
  });
  return { app, server, eventLog, placeOrder, ended };
}
