import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ChannelDescriptor } from '../../../src/runtime/shared/contract.ts';
import { generate, prepareProject, tempFolder, typeCheck } from '../generator.ts';
import { writeOrders } from './orders.ts';

const project = tempFolder();
const generated = join(project, 'generated');
let orders: ChannelDescriptor;

beforeAll(async () => {
  prepareProject(project);
  const groups = { placed: ['orderPlaced'], changes: ['orderPlaced', 'orderCancelled'] };
  const select = { query: 'events', default: ['placed'] };
  const contract = writeOrders({
    '/channels/orders/x-delivery': { messages: groups, select, audience: 'everyone' },
  });
  await generate(contract, '--out', generated, '--targets', 'server,client');
  ({ orders } = await import(join(generated, 'asyncapi/channels.ts')));
}, 300_000);

const client = `
import { connect } from 'posted/client';
import type { Principal } from 'posted/server';
import { orders } from './generated/asyncapi/client.ts';
import type { OrdersDurable, OrdersHandlers } from './generated/asyncapi/handlers.ts';

export const handlers: OrdersHandlers<Principal, string> = {
  accept: ({ query }) => query.events ?? 'placed',
  order() {},
};
export const durable: OrdersDurable = {
  orderPlaced: { id: 'o1', cents: 200 },
  orderCancelled: { id: 'o1' },
};

const options = { url: 'ws://localhost:1', auth: 'x', params: { shop: 's1' } };
const client = connect(orders, { ...options, query: { events: 'placed,changes' } });
client.on.orderCancelled(({ id }) => console.log(id));
// @ts-expect-error a list is one text
connect(orders, { ...options, query: { events: ['placed'] } });
// @ts-expect-error the contract has no such parameter
connect(orders, { ...options, query: { groups: 'placed' } });
`;

describe('the code that is generated for groups of durable messages', () => {
  it('describes the groups to servers only', () => {
    expect(orders.delivery).toEqual({
      messages: ['orderPlaced', 'orderCancelled'],
      select: {
        query: 'events',
        default: ['placed'],
        groups: { placed: ['orderPlaced'], changes: ['orderPlaced', 'orderCancelled'] },
      },
      audience: 'everyone',
    });
    expect(readFileSync(join(generated, 'asyncapi/client.ts'), 'utf8')).not.toContain('groups: {');
  });

  it.each([
    ['placed', true],
    ['placed,changes', true],
    ['changes,placed,changes', true],
    ['', false],
    ['orderPlaced', false],
    ['placed,', false],
    ['placed, changes', false],
    ['placedchanges', false],
  ])('checks the query events=%s: %s', (events, isValid) => {
    expect(orders.query?.({ events })).toBe(isValid);
  });

  it('accepts a query without groups', () => {
    expect(orders.query?.({ since: 'now' })).toBe(true);
  });

  it('has the query parameter as text in its types, and the contents of every durable message once', async () => {
    writeFileSync(join(project, 'client.ts'), client);
    expect(await typeCheck(project)).toBe('');
  });
});
