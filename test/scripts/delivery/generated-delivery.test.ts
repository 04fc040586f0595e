import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDocs } from '../../../src/runtime/node/docs.ts';
import type { ChannelDescriptor } from '../../../src/runtime/shared/contract.ts';
import { generate, prepareProject, type Run, tempFolder, typeCheck } from '../generator.ts';
import { writeOrders } from './orders.ts';

const project = tempFolder();
const generated = join(project, 'generated');
const targets = ['--targets', 'server,client,python,docs'];
const cursor = 'AAECAwQFBgcICQoLDA0ODwAAAAAAKg';
let contract: string;
let run: Run;
let orders: ChannelDescriptor;

beforeAll(async () => {
  prepareProject(project);
  const delivery = { messages: ['orderPlaced'], audience: { query: 'audience' }, ackTimeout: 'PT20S' };
  contract = writeOrders({ '/channels/orders/x-delivery': delivery });
  run = await generate(contract, '--out', generated, ...targets);
  ({ orders } = await import(join(generated, 'asyncapi/channels.ts')));
}, 300_000);

const handlers = `
import { connect } from 'posted/client';
import type { Principal } from 'posted/server';
import { orders } from './generated/asyncapi/client.ts';
import type { OrdersDurable, OrdersHandlers, Types } from './generated/asyncapi/handlers.ts';

export const handlers: OrdersHandlers<Principal, { shop: string }> = {
  accept: ({ params, query }) => ({ shop: query.audience === 'topic' ? params.shop : '' }),
  opened({ send, state }) {
    send.orderCancelled({ id: state.shop });
  },
  order({ item }, { room }) {
    room.orderCancelled({ id: item });
  },
};
export const placed: OrdersDurable['orderPlaced'] = { id: 'o1', cents: 200 };
export const same: Types['channels']['orders']['durable']['orderPlaced'] = placed;

const url = 'ws://localhost:1';
const client = connect(orders, { url, auth: 'x', params: { shop: 's1' }, query: { audience: 'topic' } });
client.on.orderPlaced(({ cents }) => console.log(cents + 1));
client.order({ item: 'i1' });
`;

describe('the code that is generated for a durable channel', () => {
  it('is generated with a note about closed messages of the author only', () => {
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('note: orderPlaced is closed') });
  });

  it('has no handlers and senders of control messages, and contents of durable ones', async () => {
    writeFileSync(join(project, 'handlers.ts'), handlers);
    expect(await typeCheck(project)).toBe('');
  });

  it.each([
    ['a handler of acks', 'order(', 'receiveOrdersAck() {}, order('],
    ['a control message', 'room.orderCancelled({ id: item })', 'room.bye({ retryAfterMs: 1 })'],
    [
      'a durable message past the log',
      'room.orderCancelled({ id: item })',
      'room.orderPlaced({ id: item, cents: 1 })',
    ],
    [
      'a cursor in what is appended',
      "{ id: 'o1', cents: 200 }",
      `{ id: 'o1', cents: 200, cursor: '${cursor}' }`,
    ],
    [
      'a client that handles resets itself',
      'client.on.orderPlaced(',
      'client.on.reset(() => {});client.on.orderPlaced(',
    ],
  ])('does not compile with %s', async (_about, part, replacement) => {
    expect(handlers).toContain(part);
    writeFileSync(
      join(project, 'handlers.ts'),
      handlers.replace(part, () => replacement),
    );
    expect(await typeCheck(project)).toMatch(/^handlers\.ts\(/);
  });

  it('describes the delivery to servers', () => {
    expect(orders.delivery).toEqual({
      messages: ['orderPlaced'],
      audience: { query: 'audience', topic: 'topic' },
      ackTimeoutMs: 20_000,
    });
  });

  it('checks the query and the frames', () => {
    const accepts = (query: Record<string, string>): boolean => orders.query?.({ ...query }) ?? false;
    expect(accepts({ since: 'acked', device: 'phone', audience: 'topic' })).toBe(true);
    expect(accepts({})).toBe(true);
    expect(accepts({ since: 'acked' })).toBe(false);
    expect(accepts({ device: 'phone' })).toBe(false);
    expect(accepts({ audience: 'friends' })).toBe(false);
    const placed = orders.send.find(({ name }) => name === 'orderPlaced');
    const frame = { type: 'orderPlaced', id: 'o1', cents: 1 };
    expect(placed?.guard?.(frame)).toBe(true);
    expect(placed?.guard?.({ ...frame, cursor })).toBe(true);
    expect(placed?.guard?.({ ...frame, cursor: '' })).toBe(false);
    const ready = orders.send.find(({ name }) => name === 'ready');
    expect(ready?.guard?.({ type: 'ready', cursor, resumed: true, window: 256 })).toBe(true);
  });

  it('tells clients how to resume, in both languages', () => {
    const client = readFileSync(join(generated, 'asyncapi/client.ts'), 'utf8');
    expect(client).toContain("query: 'since',");
    expect(client).toMatch(/device: 'device',\s*instance: 'instance'/);
    expect(client).not.toContain('delivery: {');
    const python = readFileSync(join(generated, 'python/orders/channels.py'), 'utf8');
    expect(python).toMatch(/resume=Resume\(\s*query="since",\s*cursor="cursor",\s*ready="ready"/);
    expect(python).toMatch(/device="device",\s*instance="instance"/);
  });

  it('includes the complete document, which the server serves in place of the short one', async () => {
    const folder = join(generated, 'docs');
    const mounts = await createDocs({ folder, documents: [contract] });
    const response = await mounts['/docs/contract.yaml']?.(
      new Request('http://localhost/docs/contract.yaml'),
    );
    expect(response?.headers.get('content-type')).toBe('application/yaml');
    expect(await response?.text()).toContain('CheckpointMessage:');
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).toContain('./contract.yaml');
  });

  it('is the same each time', async () => {
    const again = await generate(contract, '--out', generated, ...targets, '--check');
    expect(again).toMatchObject({ code: 0 });
  });
});
