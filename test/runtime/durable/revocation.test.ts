import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Revocation } from '../../../src/runtime/shared/revocation.ts';
import { makeDataDir } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import type { ShopOptions } from './shop/shop.ts';
import { startShop } from './start-shop.ts';

type Database = ShopOptions['database'];

const revoked = { code: 4401, reason: 'the credentials were revoked' };

function describeRevocations(createDatabase: () => Promise<Database>): void {
  it('closes the resumable and the plain connections of the user', async () => {
    const shop = await startShop({ database: await createDatabase() });
    const ended = [await shop.connect('/shops/s1/orders?since=now'), await shop.connect('/shops/s1/orders')];
    const other = await shop.connect('/shops/s1/orders', 'bob');
    await shop.app.revoke({ user: 'ann' });
    expect(await Promise.all(ended.map(({ closed }) => closed))).toEqual([revoked, revoked]);
    expect(other.webSocket.readyState).toBe(other.webSocket.OPEN);
  });

  it('may be a part of a write of the application', async () => {
    const shop = await startShop({ database: await createDatabase() });
    const client = await shop.connect('/shops/s1/orders');
    const logOut = shop.eventLog.write({
      name: 'logOut',
      row: { id: 'text', user_id: 'text', token_id: 'text?' },
      one: ['id'],
      event: {
        kind: 'revoke',
        topic: 'user_id',
        payload: { id: 'id', user: 'user_id', tokenId: 'token_id' },
      },
    });
    await logOut({ id: randomUUID(), user_id: 'ann', token_id: null });
    expect(await client.closed).toEqual(revoked);
  });

  it('is nothing to a client that replays it', async () => {
    const shop = await startShop({ database: await createDatabase() });
    const first = await shop.connect('/shops/s1/orders?since=now', 'bob');
    const [ready = ''] = await first.take(1);
    await shop.app.revoke({ user: 'ann' });
    await shop.placeOrder('s1', 'cay', 5);
    const { cursor } = JSON.parse(ready);
    const second = await shop.connect(`/shops/s1/orders?since=${cursor}`, 'bob');
    expect((await second.take(2)).map((frame) => JSON.parse(frame).type)).toEqual(['ready', 'orderPlaced']);
  });
}

describe('a revocation in an embedded log', () => {
  describeRevocations(async () => ({ folder: await makeDataDir() }));
});

describePostgres('a revocation in a log on PostgreSQL', (server) => {
  describeRevocations(async () => ({ url: await server().createDatabase() }));

  /** A server that records what `onRevoked` gets. */
  async function startNoticing() {
    const notices: Revocation[] = [];
    const database = { url: await server().createDatabase() };
    const shop = await startShop({ database, onRevoked: (revocation) => void notices.push(revocation) });
    return { ...shop, notices };
  }

  it('may have been missed when the log has a new epoch: hooks verify again, and connections stay open', async () => {
    const { connect, eventLog, notices, app, placeOrder } = await startNoticing();
    const [resumable, plain] = [
      await connect('/shops/s1/orders?since=now'),
      await connect('/shops/s1/orders'),
    ];
    await eventLog.engine.beginEpoch(eventLog.tail.epoch);
    await eventLog.tail.catchUp();
    expect(notices).toEqual([{}]);
    expect((await resumable.take(2)).map((frame) => JSON.parse(frame))).toMatchObject([
      { type: 'ready' },
      { type: 'reset', reason: 'epoch' },
    ]);
    await placeOrder('s1', 'cay', 5);
    expect(await plain.take(1)).toHaveLength(1);
    await app.revoke({ user: 'bob' });
    expect(notices).toEqual([{}, { user: 'bob' }]);
  });

  it('is missed if it was pruned before the node read it: its users authenticate again', async () => {
    const { connect, eventLog, notices } = await startNoticing();
    const clients = [await connect('/shops/s1/orders?since=now'), await connect('/shops/s1/orders')];
    const draft = { channel: 'orders', message: 'orderPlaced', topic: 's1', payload: {} };
    await expect
      .poll(async () => {
        // Without a hint for the tail, which may still read it before it is pruned.
        await eventLog.engine.transaction((transaction) => transaction.append([draft]));
        await eventLog.engine.prune(0);
        await eventLog.tail.catchUp();
        return notices;
      })
      .toContainEqual({});
    const restarts = { code: 1012, reason: 'the server restarts' };
    expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([restarts, restarts]);
    await connect('/shops/s1/orders');
  });

  it('closes the connections of other nodes', async () => {
    const database = { url: await server().createDatabase() };
    const shops = await Promise.all([
      startShop({ database }),
      startShop({ database }),
      startShop({ database }),
    ]);
    const clients = await Promise.all(shops.map((shop) => shop.connect('/shops/s1/orders?since=now')));
    await shops[0]?.app.revoke({ user: 'ann' });
    expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([revoked, revoked, revoked]);
  });
});
