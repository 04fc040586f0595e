import { describe, expect, it, onTestFinished } from 'vitest';
import { createContractServer } from '../../../src/runtime/server/contract-app.ts';
import { InvalidMessageError } from '../../../src/runtime/server/handlers.ts';
import { generate } from '../../scripts/generator.ts';
import { makeDataDir } from '../../support/feed-server.ts';
import { bearer, refusedHandshake } from '../../support/websocket.ts';
import { contract } from './shop/generated/asyncapi/channels.ts';
import { createShop } from './shop/shop.ts';
import { cursorOf, startShop, typesOf, withoutCursor } from './start-shop.ts';

const placed = (orderId: string, cents = 100) => ({ orderId, customer: 'ann', cents });

describe('the shop', () => {
  it('has the code that its contract generates', async () => {
    const folder = 'test/runtime/durable/shop';
    const out = ['--out', `${folder}/generated`, '--targets', 'server,client', '--check'];
    expect(await generate(`${folder}/shop.yaml`, ...out)).toMatchObject({ code: 0 });
  });
});

describe('a durable channel', () => {
  it('sends a message to the connections to its address only, with a cursor to resumable ones', async () => {
    const { app, connect } = await startShop();
    const plain = await connect('/shops/s1/orders');
    const resumable = await connect('/shops/s1/orders?since=now');
    const elsewhere = await connect('/shops/s2/orders?since=now');
    await app.durable('orders', { shopId: 's1' }).orderPlaced(placed('o1'), { topic: 's1' });
    await app.durable('orders', { shopId: 's2' }).orderPlaced(placed('o2'), { topic: 's2' });
    const frame = JSON.stringify({ type: 'orderPlaced', ...placed('o1') });
    expect(await plain.take(1)).toEqual([frame]);
    const [ready, first] = await resumable.take(2);
    expect([withoutCursor(ready ?? ''), withoutCursor(first ?? '')]).toEqual([
      JSON.stringify({ type: 'ready', resumed: false, window: 64 }),
      frame,
    ]);
    expect(JSON.parse((await elsewhere.take(2))[1] ?? '')).toMatchObject({ orderId: 'o2' });
    expect(plain.received).toHaveLength(1);
  });

  it('replays the missed messages of its address and audience', async () => {
    const { app, eventLog, connect } = await startShop();
    const first = await connect('/shops/s1/orders?since=now&whose=mine', 'bob');
    const [ready] = await first.take(1);
    first.webSocket.close();
    await eventLog.join('bob', 's1');
    const publish = app.durable('orders', { shopId: 's1' });
    await publish.orderPlaced(placed('o1'), { topic: 's1' });
    await publish.orderPlaced(placed('o2'), { topic: 'other' });
    await publish.orderCancelled({ orderId: 'o3' }, { topic: 'other', also: ['bob'] });
    await app.durable('orders', { shopId: 's2' }).orderPlaced(placed('o4'), { topic: 's1' });
    const again = await connect(`/shops/s1/orders?since=${cursorOf(ready)}&whose=mine`, 'bob');
    const frames = await again.take(3);
    expect(frames.map((frame) => JSON.parse(frame).orderId)).toEqual([undefined, 'o1', 'o3']);
    expect(JSON.parse(frames[0] ?? '')).toMatchObject({ type: 'ready', resumed: true });
  });

  it('lets the server decide the audience where the contract leaves it to connections', async () => {
    const { app, connect } = await startShop({ delivery: { audience: 'topic' } });
    const client = await connect('/shops/s1/orders?whose=everyone');
    const publish = app.durable('orders', { shopId: 's1' });
    await publish.orderPlaced(placed('o1'), { topic: 's1' });
    await publish.orderPlaced(placed('o2'), { topic: 's1', also: ['ann'] });
    expect((await client.take(1)).map((frame) => JSON.parse(frame).orderId)).toEqual(['o2']);
  });

  it('keeps a cursor of a device for each address and each channel', async () => {
    const { app, connect } = await startShop();
    const paths = ['/shops/s1/orders', '/shops/s2/orders', '/alerts'];
    const [one, two, three] = await Promise.all(
      paths.map((path) => connect(`${path}?since=acked&device=phone`)),
    );
    for (const client of [one, two, three]) await client?.take(1);
    await app.durable('orders', { shopId: 's2' }).orderPlaced(placed('o2'), { topic: 's2' });
    await app.durable('orders', { shopId: 's1' }).orderPlaced(placed('o1'), { topic: 's1' });
    const [, order] = (await one?.take(2)) ?? [];
    one?.webSocket.send(JSON.stringify({ type: 'ack', cursor: cursorOf(order) }));
    await two?.take(2);
    for (const client of [one, two, three]) {
      client?.webSocket.close();
      await client?.closed;
    }
    await app.durable('alerts').alert({ text: 'Fire!' }, { topic: 'all' });
    const again = await Promise.all(paths.map((path) => connect(`${path}?since=acked&device=phone`)));
    expect(typesOf(await (again[1]?.take(2) ?? []))).toEqual(['ready', 'orderPlaced']);
    expect(typesOf(await (again[2]?.take(2) ?? []))).toEqual(['ready', 'alert']);
    await app.durable('orders', { shopId: 's1' }).orderCancelled({ orderId: 'o1' }, { topic: 's1' });
    const frames = (await again[0]?.take(3)) ?? [];
    expect(typesOf(frames).filter((type) => type !== 'checkpoint')).toEqual(['ready', 'orderCancelled']);
  });

  it('appends a message once per key, and refuses one that breaks the contract', async () => {
    const { app, connect } = await startShop();
    const client = await connect('/shops/s1/orders');
    const publish = app.durable('orders', { shopId: 's1' });
    const key = { user: 'ann', key: 'k1' };
    const first = await publish.orderPlaced(placed('o1'), { topic: 's1', entity: 'o1', key });
    expect(await publish.orderPlaced(placed('o1'), { topic: 's1', entity: 'o1', key })).toEqual(first);
    const broken = publish.orderPlaced(placed('o2', 0), { topic: 's1' });
    await expect(broken).rejects.toThrow(InvalidMessageError);
    await expect(broken).rejects.toThrow('/cents');
    await publish.orderCancelled({ orderId: 'o1' }, { topic: 's1' });
    expect(typesOf(await client.take(2))).toEqual(['orderPlaced', 'orderCancelled']);
  });

  it('answers a request when its message is on disk, and sends the message to the room', async () => {
    const { connect, eventLog } = await startShop();
    const [customer, staff] = await Promise.all([
      connect('/shops/s1/orders', 'ann'),
      connect('/shops/s1/orders?since=now', 'bob'),
    ]);
    customer.webSocket.send(JSON.stringify({ type: 'placeOrder', id: 'r1', cents: 250 }));
    const frames = (await customer.take(2)).map((frame) => JSON.parse(frame));
    const { orderId } = frames.find(({ type }) => type === 'orderAccepted');
    expect(frames).toContainEqual({ type: 'orderPlaced', orderId, customer: 'ann', cents: 250 });
    expect(JSON.parse((await staff.take(2))[1] ?? '')).toMatchObject({ orderId });
    const [event] = await eventLog.engine.eventsAfter(0, { maxEvents: 9, maxBytes: 100_000 });
    expect(event).toMatchObject({ channel: 'orders /shops/s1/orders', message: 'orderPlaced', topic: 's1' });
  });

  it('revises and redacts the messages of an entity, for replays in its room', async () => {
    const { app, eventLog, placeOrder, connect } = await startShop();
    const [ready] = await (await connect('/shops/s1/orders?since=now')).take(1);
    const [kept, removed] = [await placeOrder('s1', 'ann', 100), await placeOrder('s1', 'bob', 200)];
    await eventLog.revise(kept, {
      channel: app.logChannel('orders', { shopId: 's1' }),
      revises: 'orderPlaced',
      topic: 's1',
      payload: { orderId: kept, customer: 'ann', cents: 90 },
    });
    await eventLog.redact(removed, { topic: 's1' });
    await app.durable('orders', { shopId: 's1' }).orderCancelled({ orderId: 'last' }, { topic: 's1' });
    const client = await connect(`/shops/s1/orders?since=${cursorOf(ready)}`);
    const [, first, second] = await client.take(3);
    expect([JSON.parse(first ?? ''), JSON.parse(second ?? '')]).toMatchObject([
      { type: 'orderPlaced', orderId: kept, cents: 90 },
      { type: 'orderCancelled', orderId: 'last' },
    ]);
  });

  it('calls `closed` of the application if the delivery refuses a connection that the application accepted', async () => {
    const { url, eventLog, ended } = await startShop();
    await eventLog.close();
    const path = '/shops/s1/orders?whose=mine';
    const refused = await refusedHandshake(`${url.replace('http', 'ws')}${path}`, bearer('ann'));
    expect([refused.status, ended]).toEqual([503, ['s1 1006']]);
  });

  it('does not claim the device of a connection that the application refuses', async () => {
    const { url, connect } = await startShop();
    const query = '?since=now&device=phone&instance=';
    const open = await connect(`/shops/s1/orders${query}one.1`);
    await open.take(1);
    const refused = await refusedHandshake(
      `${url.replace('http', 'ws')}/shops/closed/orders${query}two.1`,
      bearer('ann'),
    );
    expect(refused.status).toBe(404);
    const other = await connect(`/shops/s1/orders${query}three.1`);
    await other.take(1);
    expect((await open.closed).code).toBe(4409);
  });

  it('refuses acks on a plain connection', async () => {
    const { connect } = await startShop();
    const client = await connect('/alerts');
    client.webSocket.send(JSON.stringify({ type: 'ack', cursor: 'A'.repeat(30) }));
    expect(await client.closed).toEqual({
      code: 4400,
      reason: 'only connections opened with `since` can acknowledge',
    });
  });

  it('takes its policy from the contract: closes a slow reader, and an unacknowledged message is soon overdue', async () => {
    const { app, connect } = await startShop({ delivery: { slowReader: 'lag', ackTimeoutMs: 60_000 } });
    const publish = app.durable('alerts');
    const slow = await connect('/alerts?since=now&window=1');
    await slow.take(1);
    await publish.alert({ text: 'first' }, { topic: 'all' });
    await publish.alert({ text: 'second' }, { topic: 'all' });
    expect((await slow.closed).code).toBe(4420);
    const late = await connect('/alerts?since=now&window=2');
    await late.take(1);
    await publish.alert({ text: 'third' }, { topic: 'all' });
    expect((await late.closed).code).toBe(4420);
    expect(typesOf(late.received)).toEqual(['ready', 'alert']);
  });

  it('says bye to resumable connections, and delivers everything that was answered, before it closes them', async () => {
    const { app, connect, running } = await startShop({ delivery: { byeSpreadMs: 50 } });
    const client = await connect('/alerts?since=now');
    await client.take(1);
    await app.durable('alerts').alert({ text: 'last' }, { topic: 'all' });
    expect(await running.close({ drain: false })).toBe(0);
    expect((await client.closed).code).toBe(1012);
    expect(typesOf(client.received)).toEqual(['ready', 'alert', 'bye']);
  });

  it('reports the log in /readyz, and its resumable connections in /metrics', async () => {
    const { url, connect } = await startShop();
    await (await connect('/alerts?since=now')).take(1);
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ dependencies: { log: 'up' } });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('posted_resumable_connections 1\n');
    expect(metrics).toContain('posted_replays_total{outcome="live"} 1\n');
  });

  it('lets other back ends publish to a room, and only to one that exists', async () => {
    const { url, connect } = await startShop();
    const client = await connect('/shops/s1/orders');
    const publish = async (channel: string): Promise<number> => {
      const body = { channel, message: 'orderCancelled', topic: 's1', payload: { orderId: 'o1' } };
      const response = await fetch(`${url}/publish`, {
        method: 'POST',
        headers: { authorization: `Bearer ${'b'.repeat(32)}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return response.status;
    };
    expect(await publish('orders /shops/s1/orders')).toBe(200);
    expect(await client.take(1)).toEqual(['{"type":"orderCancelled","orderId":"o1"}']);
    for (const channel of ['orders', 'orders /shops/s1', 'orders /alerts', 'shops /shops/s1/orders']) {
      expect([channel, await publish(channel)]).toEqual([channel, 400]);
    }
  });
});

describe('a server without what durable messages need', () => {
  it('is refused with the option to set', async () => {
    const app = createContractServer(contract, { security: { token: () => ({ id: 'ann' }) } });
    expect(() => app.handle({ orders: { placeOrder: () => Promise.reject() }, alerts: {} })).toThrow(
      'Channel orders has durable messages (x-delivery). Serve it with `serve` of posted/node and its option `eventLog`.',
    );
  });

  it('knows the channels with durable messages and their addresses', async () => {
    const { app, eventLog, server } = await createShop({ database: { folder: await makeDataDir() } });
    onTestFinished(() => eventLog.close());
    expect(app.logChannel('alerts')).toBe('alerts');
    expect(app.logChannel('orders', { shopId: 'a b' })).toBe('orders /shops/a%20b/orders');
    // @ts-expect-error: the parameter is missing
    expect(() => app.durable('orders')).toThrow('shopId');
    await server.shutdown(100);
  });
});
