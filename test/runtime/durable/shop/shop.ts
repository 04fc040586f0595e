import { randomUUID } from 'node:crypto';
import { type DatabaseLocation, openLog } from 'posted/log';
import { type DurableOptions, serve } from 'posted/node';
import { type Log, PostedError, type Revocation, silentLog } from 'posted/server';
import { contract } from './generated/asyncapi/channels.ts';
import { createShopRest } from './shop-rest.ts';
import { migrations } from './shop-tables.ts';
import { registerShopWrites } from './shop-writes.ts';

export interface ShopOptions {
  readonly database: DatabaseLocation;
  readonly brokerUrl?: string;
  readonly delivery?: DurableOptions;
  readonly log?: Log;
  readonly onRevoked?: (revocation: Revocation) => void;
}

/** An application with durable messages: the token of a user is its id. Shops are topics, which their staff has joined. */
export async function createShop({
  database,
  brokerUrl,
  delivery = {},
  log = silentLog,
  onRevoked = () => {},
}: ShopOptions) {
  const eventLog = await openLog({ database, brokerUrl, migrations, contract, log });
  const app = serve(contract, {
    eventLog,
    delivery,
    log,
    onRevoked,
    security: {
      token: ({ token }) => verify(token),
    },
    publish: { keys: { billing: 'b'.repeat(32) } },
  });
  const writes = registerShopWrites(eventLog);
  const addressOf = (shopId: string): string => app.room('orders', { shopId }).address;
  app.rest(createShopRest({ eventLog, writes, addressOf, verify }));

  async function placeOrder(shop: string, customer: string, cents: number, key?: string): Promise<string> {
    const id = randomUUID();
    const { first } = await writes.storeOrder(
      { id, shop, customer, cents, address: addressOf(shop) },
      { key },
    );
    return first?.entity ?? id;
  }

  const ended: string[] = [];
  const server = app.handle({
    orders: {
      accept({ params: { shopId }, refuse }) {
        if (shopId === 'closed') refuse.notFound('This shop does not exist.');
        return { shopId };
      },
      closed: ({ state }, { code }) => void ended.push(`${state.shopId} ${code}`),
      async placeOrder({ cents, key }, { user, state, reply }) {
        return reply.orderAccepted({ orderId: await placeOrder(state.shopId, user.id, cents, key) });
      },
    },
    alerts: {},
  });
  return { app, server, eventLog, placeOrder, ended };
}

function verify(token: string): { readonly id: string } {
  if (/^[a-z0-9]+$/.test(token)) return { id: token };
  throw new PostedError('unauthorized', 'The token is malformed.');
}
