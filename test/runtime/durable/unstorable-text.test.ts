import { describe, expect, it } from 'vitest';
import { makeDataDir } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import type { ShopOptions } from './shop/shop.ts';
import { cursorOf, startShop, withoutCursor } from './start-shop.ts';

type Database = ShopOptions['database'];

function describeUnstorableText(createDatabase: () => Promise<Database>): void {
  it('delivers and replays payloads with U+0000, at an address with U+0000', async () => {
    const { app, connect } = await startShop({ database: await createDatabase() });
    const path = '/shops/%00/orders?since=';
    const client = await connect(`${path}now`);
    const [ready] = await client.take(1);
    const order = { orderId: '\0', customer: 'a\0b', cents: 100 };
    await app.durable('orders', { shopId: '\0' }).orderPlaced(order, { topic: 's1', also: ['a\0b'] });
    const frame = JSON.stringify({ type: 'orderPlaced', ...order });
    expect(withoutCursor((await client.take(2))[1] ?? '')).toBe(frame);
    const again = await connect(`${path}${cursorOf(ready)}`);
    expect((await again.take(2)).map(withoutCursor)[1]).toBe(frame);
  });

  it('refuses a topic and an idempotency key with U+0000', async () => {
    const { app, url, connect } = await startShop({ database: await createDatabase() });
    const order = { orderId: 'o1', customer: 'ann', cents: 100 };
    const publish = app.durable('orders', { shopId: 's1' });
    await expect(publish.orderPlaced(order, { topic: '\0' })).rejects.toMatchObject({
      code: 'invalid_request',
      message: '`topic` must not contain U+0000',
    });
    const published = await fetch(`${url}/publish`, {
      method: 'POST',
      headers: { authorization: `Bearer ${'b'.repeat(32)}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        channel: 'orders /shops/s1/orders',
        message: 'orderPlaced',
        topic: '\0',
        payload: order,
      }),
    });
    expect([published.status, await published.json()]).toMatchObject([400, { code: 'invalid_request' }]);
    const client = await connect('/shops/s1/orders?show=notes');
    client.webSocket.send(JSON.stringify({ type: 'placeOrder', id: 'r1', cents: 250, key: '\0' }));
    expect(JSON.parse((await client.take(1))[0] ?? '')).toMatchObject({
      id: 'r1',
      error: { code: 'invalid_request', message: '`key` must not contain U+0000' },
    });
  });
}

describe('the shop on SQLite', () => {
  describeUnstorableText(async () => ({ folder: await makeDataDir() }));
});

describePostgres('the shop on PostgreSQL', (server) => {
  describeUnstorableText(async () => ({ url: await server().createDatabase() }));
});
