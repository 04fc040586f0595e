import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { describe, expect, it } from 'vitest';
import { loadAsyncapi } from '../../../scripts/posted/asyncapi/load-asyncapi.ts';
import { writeFiles } from '../documents/load.ts';
import { tempFolder } from '../generator.ts';
import { loadOrders, object, reload } from './orders.ts';

const cursor = { $ref: '#/components/schemas/Cursor' };
const extension = '/channels/orders/x-delivery';
const folder = tempFolder();

describe('x-delivery', () => {
  it('adds the control messages, their operations and x-resume', async () => {
    const { at, model, isExpanded } = await loadOrders();
    expect(Object.keys(at('/channels/orders/messages') as object)).toEqual([
      'orderPlaced',
      'orderCancelled',
      'placeOrder',
      'ready',
      'checkpoint',
      'reset',
      'bye',
      'ack',
      'alive',
    ]);
    const [channel] = model.channels;
    expect(
      channel?.operations.map(({ name, messages }) => [name, messages.map((m) => m.message.name)]),
    ).toEqual([
      ['announce', ['orderPlaced', 'orderCancelled']],
      ['order', ['placeOrder']],
      ['sendOrdersState', ['ready', 'checkpoint', 'reset', 'alive']],
      ['sendOrdersBye', ['bye']],
      ['receiveOrdersAck', ['ack']],
    ]);
    const roles = {
      ready: 'ready',
      checkpoint: 'checkpoint',
      reset: 'reset',
      bye: 'bye',
      ack: 'ack',
      alive: 'alive',
    };
    const parameters = { query: 'since', window: 'window', device: 'device', instance: 'instance' };
    expect(channel?.resume).toEqual({ ...parameters, cursor: 'cursor', ...roles });
    expect(isExpanded).toBe(true);
  });

  it('adds the cursor and an example to durable messages only, in place', async () => {
    const { at } = await loadOrders();
    expect(at('/components/schemas/OrderPlaced')).toEqual({
      ...object({ type: { const: 'orderPlaced' }, id: { type: 'string' }, cents: { type: 'integer' } }),
      properties: {
        type: { const: 'orderPlaced' },
        id: { type: 'string' },
        cents: { type: 'integer' },
        cursor,
      },
      additionalProperties: false,
    });
    expect(at('/components/schemas/OrderCancelled/properties/cursor')).toEqual(cursor);
    expect(at('/components/messages/orderPlaced/examples/1/payload')).toEqual({
      type: 'orderPlaced',
      id: 'o1',
      cents: 200,
      cursor: expect.stringMatching(/^[\w-]{30}$/),
    });
    expect(at('/channels/orders/messages/placeOrder/payload/properties')).not.toHaveProperty('cursor');
  });

  it('adds the query parameters, under the name in `resume`, and that of the audience', async () => {
    const audience = { query: 'whose', topic: 'mine' };
    const { at } = await loadOrders({ [`${extension}/resume`]: 'from', [`${extension}/audience`]: audience });
    expect(at('/channels/orders/bindings/ws/query')).toEqual({ $ref: '#/components/schemas/OrdersQuery' });
    expect(at('/components/schemas/OrdersQuery')).toMatchObject({
      properties: {
        from: { $ref: '#/components/schemas/Since' },
        device: { $ref: '#/components/schemas/Device' },
        whose: { $ref: '#/components/schemas/Audience' },
      },
      dependencies: { device: ['from'] },
      if: { required: ['from'], properties: { from: { const: 'acked' } } },
    });
    expect(at('/components/schemas/OrdersQuery/then')).toEqual({ required: ['device'] });
    expect(at('/components/schemas/Audience')).toMatchObject({ enum: ['everyone', 'mine'] });
  });

  it("adds to the author's query, and keeps its own condition", async () => {
    const query = {
      type: 'object',
      properties: { limit: { type: 'integer' }, all: { type: 'boolean' } },
      if: { required: ['all'] },
      else: { required: ['limit'] },
    };
    const { at } = await loadOrders({ '/channels/orders/bindings': { ws: { query } } });
    expect(at('/channels/orders/bindings/ws/query')).toMatchObject({
      ...query,
      properties: { limit: { type: 'integer' }, since: { $ref: '#/components/schemas/Since' } },
      allOf: [{ if: { required: ['since'] } }],
    });
  });

  it('does not change what others refer to', async () => {
    const preview = {
      address: '/preview',
      'x-auth': false,
      messages: {
        orderPlaced: { $ref: '#/components/messages/orderPlaced' },
        list: {
          payload: object({ type: { const: 'list' }, last: { $ref: '#/components/schemas/OrderCancelled' } }),
        },
      },
    };
    const { at } = await loadOrders({
      '/channels/preview': preview,
      '/operations/show': { action: 'send', channel: { $ref: '#/channels/preview' } },
    });
    expect(at('/components/schemas/OrderPlaced/properties')).not.toHaveProperty('cursor');
    expect(at('/components/schemas/OrderCancelled/properties')).not.toHaveProperty('cursor');
    expect(at('/channels/preview/messages')).toEqual(preview.messages);
    expect(at('/channels/orders/messages/orderPlaced/payload')).toEqual({
      $ref: '#/components/schemas/OrderPlacedMessage',
    });
    for (const name of ['OrderPlacedMessage', 'OrderCancelledMessage']) {
      expect(at(`/components/schemas/${name}/properties/cursor`)).toEqual(cursor);
    }
  });

  it('leaves an operation without a list the messages that it had', async () => {
    const { at } = await loadOrders({
      '/operations/announce/messages': undefined,
      '/operations/order': undefined,
      '/channels/orders/messages/placeOrder': undefined,
    });
    expect(at('/operations/announce/messages')).toEqual([
      { $ref: '#/channels/orders/messages/orderPlaced' },
      { $ref: '#/channels/orders/messages/orderCancelled' },
    ]);
  });

  it('gives several channels the same control messages', async () => {
    const { at } = await loadOrders({
      '/channels/returns': {
        address: '/returns',
        'x-delivery': { messages: ['returned'], audience: 'everyone' },
        messages: { returned: { payload: object({ type: { const: 'returned' } }) } },
      },
      '/operations/tell': { action: 'send', channel: { $ref: '#/channels/returns' } },
    });
    expect(at('/channels/returns/messages/ready')).toEqual(at('/channels/orders/messages/ready'));
    expect(Object.keys(at('/operations') as object)).toContain('receiveReturnsAck');
    expect(Object.keys(at('/components/messages') as object)).toHaveLength(7);
  });

  it('uses other names for components if the author has others with these names', async () => {
    const { at } = await loadOrders({ '/components/schemas/Cursor': { type: 'integer' } });
    expect(at('/components/schemas/Cursor')).toEqual({ type: 'integer' });
    expect(at('/components/schemas/OrderPlaced/properties/cursor')).toEqual({
      $ref: '#/components/schemas/DeliveryCursor',
    });
  });

  it('makes a document that the official parser accepts, and that stays as it is when loaded again', async () => {
    const { document } = await loadOrders({ [`${extension}/audience`]: { query: 'audience' } });
    const { diagnostics } = await new Parser().parse(JSON.stringify(document.value));
    expect(diagnostics.filter(({ code }) => String(code).startsWith('asyncapi-document-'))).toEqual([]);
    expect((await reload(document.value)).document.value).toEqual(document.value);
  });

  it('passes the settings on, durations in milliseconds', async () => {
    const { model } = await loadOrders({
      [extension]: {
        messages: ['orderPlaced'],
        audience: { query: 'audience' },
        window: 64,
        slowReader: 'close',
        ackTimeout: 'PT1M30S',
        checkpoint: 20,
        heartbeat: 'PT5S',
        retention: 'P7D',
      },
    });
    expect(model.channels[0]?.delivery).toEqual({
      messages: ['orderPlaced'],
      select: null,
      audience: { query: 'audience', topic: 'topic' },
      resume: 'since',
      window: 64,
      slowReader: 'close',
      ackTimeoutMs: 90_000,
      checkpointMs: 20_000,
      heartbeatMs: 5000,
      retentionMs: 604_800_000,
    });
  });

  it('works in AsyncAPI 2', async () => {
    writeFiles(folder, {
      'v2.json': {
        asyncapi: '2.6.0',
        info: { title: 'Orders', version: '1.0.0' },
        servers: { shop: { url: 'localhost', protocol: 'ws', security: [{ token: [] }] } },
        channels: {
          '/orders': {
            'x-delivery': { messages: ['placed'], audience: 'everyone' },
            subscribe: { message: { messageId: 'placed', payload: object({ type: { const: 'placed' } }) } },
          },
        },
        components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      },
    });
    const { model } = await loadAsyncapi(join(folder, 'v2.json'));
    expect(model.channels[0]?.send.map(({ name }) => name)).toEqual([
      'placed',
      'ready',
      'checkpoint',
      'reset',
      'alive',
      'bye',
    ]);
  });

  it('leaves a contract without it as it is', async () => {
    const { isExpanded, model } = await loadOrders({ [extension]: undefined });
    expect([isExpanded, model.channels[0]?.delivery, model.channels[0]?.resume]).toEqual([false, null, null]);
  });
});

describe('a contract that was written by hand', () => {
  const path = 'test/fixtures/by-hand.asyncapi.json';
  const feed = JSON.parse(readFileSync(path, 'utf8'));
  const channel = feed.channels.postFeedPosted;
  channel['x-auth'] = false;

  it('may have x-delivery beside what it has written by hand, and stays as it is', async () => {
    channel['x-delivery'] = { messages: ['post'], audience: { query: 'audience', topic: 'friends' } };
    const { document } = await reload(feed);
    expect(document.value).toEqual(feed);
  });

  it('may leave to x-delivery what it has written by hand, with the same frames', async () => {
    const { model: byHand } = await loadAsyncapi(path);
    const { post } = channel.messages;
    const short = structuredClone(feed);
    short.channels.postFeedPosted = {
      ...channel,
      messages: { post },
      bindings: undefined,
      'x-resume': undefined,
    };
    short.operations = { sendPost: feed.operations.sendPost };
    const { PostMessage, PostPayload, Uuid } = feed.components.schemas;
    delete PostMessage.properties.cursor;
    short.components = {
      securitySchemes: feed.components.securitySchemes,
      messages: { post: { ...feed.components.messages.post, examples: [] } },
      schemas: { PostMessage, PostPayload, Uuid },
    };
    const { model, schemas } = await reload(short);
    const [own, expected] = [model.channels[0], byHand.channels[0]];
    expect(own?.resume).toEqual(expected?.resume);
    const framesOf = (messages: typeof own) =>
      messages?.send
        .concat(messages.receive)
        .map(({ name, definition, tag, constants }) => [name, definition, tag, constants]);
    expect(framesOf(own)).toEqual(framesOf(expected));
    expect(schemas.definitions.size).toBeGreaterThan(0);
  });
});
