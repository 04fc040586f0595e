import { join } from 'node:path';
import { stringify } from 'yaml';
import { type LoadedAsyncapi, loadAsyncapi } from '../../../scripts/posted/asyncapi/load-asyncapi.ts';
import { setAt, valueAt } from '../../../scripts/posted/contract/json-pointer.ts';
import { problemsOf, writeFiles } from '../documents/load.ts';
import { tempFolder } from '../generator.ts';

const folder = tempFolder();

/** A contract with a durable channel, two messages in components, and one that clients send. */
const orders = {
  asyncapi: '3.0.0',
  info: { title: 'Orders', version: '1.0.0' },
  servers: { shop: { host: 'localhost', protocol: 'ws', security: [{ type: 'http', scheme: 'bearer' }] } },
  channels: {
    orders: {
      address: '/shops/{shop}/orders',
      'x-auth': false,
      'x-delivery': { messages: ['orderPlaced', 'orderCancelled'], audience: 'topic' },
      parameters: { shop: { description: 'The shop.' } },
      messages: {
        orderPlaced: { $ref: '#/components/messages/orderPlaced' },
        orderCancelled: {
          summary: 'An order is cancelled.',
          payload: { $ref: '#/components/schemas/OrderCancelled' },
          examples: [{ payload: { type: 'orderCancelled', id: 'o1' } }],
        },
        placeOrder: {
          summary: 'Orders something.',
          payload: object({ type: { const: 'placeOrder' }, item: { type: 'string' } }),
          examples: [{ payload: { type: 'placeOrder', item: 'i1' } }],
        },
      },
    },
  },
  operations: {
    announce: {
      action: 'send',
      channel: { $ref: '#/channels/orders' },
      messages: [
        { $ref: '#/channels/orders/messages/orderPlaced' },
        { $ref: '#/channels/orders/messages/orderCancelled' },
      ],
    },
    order: {
      action: 'receive',
      channel: { $ref: '#/channels/orders' },
      messages: [{ $ref: '#/channels/orders/messages/placeOrder' }],
    },
  },
  components: {
    messages: {
      orderPlaced: {
        summary: 'Somebody has ordered.',
        payload: { $ref: '#/components/schemas/OrderPlaced' },
        examples: [{ payload: { type: 'orderPlaced', id: 'o1', cents: 200 } }],
      },
    },
    schemas: {
      OrderPlaced: {
        ...object({ type: { const: 'orderPlaced' }, id: { type: 'string' }, cents: { type: 'integer' } }),
        additionalProperties: false,
      },
      OrderCancelled: object({ type: { const: 'orderCancelled' }, id: { type: 'string' } }),
    },
  },
};

/** A schema of an object that has all of these properties. */
export function object(properties: object): object {
  return { type: 'object', required: Object.keys(properties), properties };
}

/** Writes the contract with other values at some pointers; undefined removes what is there. Returns its path. */
export function writeOrders(changes: Readonly<Record<string, unknown>> = {}): string {
  const document = structuredClone(orders);
  for (const [pointer, value] of Object.entries(changes)) setAt(document, pointer, structuredClone(value));
  writeFiles(folder, { 'contract.yaml': stringify(document, { aliasDuplicateObjects: false }) });
  return join(folder, 'contract.yaml');
}

/** The problems of the changed contract, without the name of the file. */
export async function problemsWith(changes: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const problems = await problemsOf(writeOrders(changes));
  return problems.map((problem) => problem.replace(/^contract\.yaml:/, ''));
}

export interface LoadedOrders extends LoadedAsyncapi {
  /** The value at a pointer of the expanded document. */
  readonly at: (pointer: string) => unknown;
}

export async function loadOrders(changes?: Readonly<Record<string, unknown>>): Promise<LoadedOrders> {
  const loaded = await loadAsyncapi(writeOrders(changes));
  return { ...loaded, at: (pointer) => valueAt(loaded.document.value, pointer) };
}

/** Loads a document again that was expanded before. */
export async function reload(value: unknown): Promise<LoadedAsyncapi> {
  writeFiles(folder, { 'expanded.json': JSON.stringify(value) });
  return await loadAsyncapi(join(folder, 'expanded.json'));
}
