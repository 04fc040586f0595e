import { connect } from '../../../../src/runtime/client/node.ts';
import type { AppReader, DeliveryApp, OpenApp, Snapshot } from '../../../support/history/delivery-app.ts';
import { createDeliverySchedule } from '../../../support/history/delivery-schedule.ts';
import type { Rest } from '../../../support/history/rest.ts';
import { orders } from '../shop/generated/asyncapi/client.ts';
import type { OrdersSnapshot } from '../shop/read-orders.ts';
import { cancelledId, identify, placedId } from './identify.ts';
import { membershipsOf, planShopReader, type ShopReader, undisturbedReader } from './shop-readers.ts';
import { ShopWriter } from './shop-writer.ts';

/** The shop in a run. */
export const shopApp: DeliveryApp<ShopReader> = {
  program: {
    server: 'test/runtime/durable/shop/main.ts',
    bumpEpoch: 'test/runtime/durable/shop/bump-epoch.ts',
    announcement: 'The shop is open on ',
  },
  plan: (options) =>
    createDeliverySchedule(options, {
      readers: Array.from({ length: options.clients }, (_, index) => planShopReader(index, options.clients)),
      undisturbed: undisturbedReader,
      memberships: (_random, readers) => readers.flatMap(membershipsOf),
    }),
  prepare: async () => ({ env: {}, open: async (rest) => openShop(rest) }),
};

function openShop(rest: Rest): OpenApp<ShopReader> {
  return {
    identify,
    reader: (name, plan) => shopReader(name, plan, rest),
    // Some are readers, too, and are told that their orders are cancelled whichever topics they have joined.
    createWriter: (index, deps) => new ShopWriter({ ...deps, user: `user${index}` }),
    membershipRequest: (kind, { user, topic }) => ({
      user,
      topic,
      request: { method: kind === 'join' ? 'PUT' : 'DELETE', path: `/topics/${topic}`, token: user },
    }),
  };
}

function shopReader(name: string, plan: ShopReader, rest: Rest): AppReader {
  const { user, shop, audience, show, cursors } = plan;
  const path = `/shops/${shop}/orders`;
  return {
    identity: {
      name,
      user,
      channel: `orders ${path}`,
      messages: (show ?? 'orders').split(',').flatMap((group) => messagesOf[group] ?? []),
      audience,
      isResumable: cursors !== 'none',
    },
    connect({ query, ...options }, receive) {
      const client = connect(orders, {
        ...options,
        params: { shopId: shop },
        auth: user,
        query: {
          ...query,
          ...(audience === 'topic' && { whose: 'mine' }),
          ...(show !== undefined && { show }),
        },
      });
      client.on.orderPlaced((message) => receive('orderPlaced', message, message.cursor));
      client.on.orderCancelled((message) => receive('orderCancelled', message, message.cursor));
      client.on.noteAdded((message) => receive('noteAdded', message, message.cursor));
      return client;
    },
    async loadSnapshot() {
      const snapshot = await rest.requestUntilAnswered({ method: 'GET', path, token: user });
      return snapshot === null ? null : toSnapshot(snapshot as OrdersSnapshot);
    },
  };
}

const messagesOf: Readonly<Record<string, readonly string[]>> = {
  orders: ['orderPlaced', 'orderCancelled'],
  notes: ['noteAdded'],
};

function toSnapshot({ orders: stored, cursor }: OrdersSnapshot): Snapshot {
  const ids = stored.flatMap(({ orderId, customer, cents, isCancelled }) => [
    placedId(customer, cents),
    ...(isCancelled ? [cancelledId(orderId)] : []),
  ]);
  return { ids, cursor };
}
