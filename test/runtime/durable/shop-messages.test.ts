import { describe, expect, it } from 'vitest';
import { bearer, refusedHandshake } from '../../support/websocket.ts';
import { cursorOf, startShop, typesOf } from './start-shop.ts';

const placed = (orderId: string, cents = 100) => ({ orderId, customer: 'ann', cents });

describe('the messages of the shop', () => {
  it('sends a connection the messages of the groups that it chose, or else of the default ones', async () => {
    const { app, connect } = await startShop();
    const [byDefault, plain, resumable, all] = await Promise.all([
      connect('/shops/s1/orders'),
      connect('/shops/s1/orders?show=notes'),
      connect('/shops/s1/orders?since=now&show=notes'),
      connect('/shops/s1/orders?since=now&show=notes,orders'),
    ]);
    const [ready] = await resumable.take(1);
    const publish = app.durable('orders', { shopId: 's1' });
    await publish.orderPlaced(placed('o1'), { topic: 's1' });
    await publish.noteAdded({ noteId: 'n1', author: 'ann', desk: 'a' }, { topic: 's1' });
    await publish.orderCancelled({ orderId: 'o1' }, { topic: 's1' });
    await publish.noteAdded({ noteId: 'n2', author: 'ann', desk: 'a' }, { topic: 's1' });
    expect(typesOf(await all.take(5))).toEqual([
      'ready',
      'orderPlaced',
      'noteAdded',
      'orderCancelled',
      'noteAdded',
    ]);
    expect(typesOf(await byDefault.take(2))).toEqual(['orderPlaced', 'orderCancelled']);
    expect(typesOf(await plain.take(2))).toEqual(['noteAdded', 'noteAdded']);
    expect(typesOf(await resumable.take(3))).toEqual(['ready', 'noteAdded', 'noteAdded']);

    const replayed = await connect(`/shops/s1/orders?since=${cursorOf(ready)}&show=notes`);
    expect((await replayed.take(3)).slice(1).map((frame) => JSON.parse(frame).noteId)).toEqual(['n1', 'n2']);
    const replayedByDefault = await connect(`/shops/s1/orders?since=${cursorOf(ready)}`);
    expect(typesOf(await replayedByDefault.take(3))).toEqual(['ready', 'orderPlaced', 'orderCancelled']);
  });

  it('refuses groups that the contract does not have', async () => {
    const { url } = await startShop();
    const path = '/shops/s1/orders?show=notes,secrets';
    expect((await refusedHandshake(`${url.replace('http', 'ws')}${path}`, bearer('ann'))).status).toBe(400);
  });

  it('gives the reply of the first request to a retry with its key, which places nothing', async () => {
    const { connect } = await startShop();
    const customer = await connect('/shops/s1/orders?show=notes');
    for (const id of ['r1', 'r2']) {
      customer.webSocket.send(JSON.stringify({ type: 'placeOrder', id, cents: 250, key: 'k1' }));
    }
    const replies = (await customer.take(2)).map((frame) => JSON.parse(frame));
    expect(replies.map(({ type }) => type)).toEqual(['orderAccepted', 'orderAccepted']);
    expect(replies[0].orderId).toBe(replies[1].orderId);
  });

  it('continues after a snapshot over REST exactly where the snapshot was read', async () => {
    const { url, placeOrder, connect } = await startShop();
    const headers = { authorization: 'Bearer ann' };
    const first = await placeOrder('s1', 'ann', 100);
    await placeOrder('s2', 'ann', 200);
    const snapshot = await (await fetch(`${url}/shops/s1/orders`, { headers })).json();
    expect(snapshot.orders).toEqual([{ orderId: first, customer: 'ann', cents: 100, isCancelled: false }]);
    const second = await placeOrder('s1', 'ann', 300);
    const client = await connect(`/shops/s1/orders?since=${snapshot.cursor}`);
    const [ready, next] = (await client.take(2)).map((frame) => JSON.parse(frame));
    expect([ready.resumed, next.orderId]).toEqual([true, second]);
  });
});
