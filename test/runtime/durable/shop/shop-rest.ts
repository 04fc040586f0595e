import { type Context, Hono } from 'hono';
import type { EventLog } from 'posted/log';
import { PostedError } from 'posted/server';
import { readOrders } from './read-orders.ts';
import type { ShopTables } from './shop-tables.ts';
import type { ShopWrites } from './shop-writes.ts';

export interface ShopRestOptions {
  readonly eventLog: EventLog;
  readonly writes: ShopWrites;
  readonly addressOf: (shop: string) => string;
  /** @throws PostedError `unauthorized` */
  readonly verify: (token: string) => { readonly id: string };
}

/** The shop over REST: snapshots of orders, cancellations, notes, and which topics a user has joined. */
export function createShopRest({ eventLog, writes, addressOf, verify }: ShopRestOptions): Hono {
  const app = new Hono();
  const userOf = (context: Context): string =>
    verify(context.req.header('Authorization')?.replace(/^Bearer /, '') ?? '').id;

  app.get('/shops/:shop/orders', async (context) => {
    userOf(context);
    return context.json(await readOrders(eventLog.reads<ShopTables>('long'), context.req.param('shop')));
  });
  app.post('/shops/:shop/orders/:order/cancel', async (context) => {
    const { shop, order } = context.req.param();
    const row = { id: order, shop, address: addressOf(shop), also: [userOf(context)] };
    const { isWritten } = await writes.cancelOrder(row);
    return context.json({ isWritten });
  });
  app.put('/shops/:shop/desks/:desk/notes/:note', async (context) => {
    const { shop, desk, note } = context.req.param();
    const row = {
      id: note,
      author: userOf(context),
      desk,
      topic: deskTopic(shop, desk),
      address: addressOf(shop),
    };
    await writes.addNote(row, { key: note });
    return context.json({ noteId: note });
  });
  app.put('/topics/:topic', async (context) => {
    return context.json({ hasChanged: await eventLog.join(userOf(context), context.req.param('topic')) });
  });
  app.delete('/topics/:topic', async (context) => {
    return context.json({ hasChanged: await eventLog.leave(userOf(context), context.req.param('topic')) });
  });
  app.onError((thrown) => {
    const error = PostedError.from(thrown);
    return Response.json({ code: error.code, message: error.message }, { status: error.status });
  });
  return app;
}

export function deskTopic(shop: string, desk: string): string {
  return `${shop}-${desk}`;
}
