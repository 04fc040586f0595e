import { Parser } from '@asyncapi/parser';
import { describe, expect, it } from 'vitest';
import { loadOrders, object, problemsWith, reload } from './orders.ts';

const extension = '/channels/orders/x-delivery';
const groups = { placed: ['orderPlaced'], changes: ['orderCancelled', 'orderPlaced'] };
const select = { query: 'events', default: ['placed'] };
const delivery = { messages: groups, select, audience: { query: 'audience' } };

/** A second durable channel, with groups of its own. */
const returns = {
  '/channels/returns': {
    address: '/returns',
    'x-delivery': {
      messages: { all: ['returned'] },
      select: { query: 'groups', default: ['all'] },
      audience: { query: 'whose', topic: 'mine' },
    },
    messages: { returned: { payload: object({ type: { const: 'returned' } }) } },
  },
  '/operations/tell': { action: 'send', channel: { $ref: '#/channels/returns' } },
};

const asGroups =
  'write them as in `messages: { orders: [orderPlaced], changes: [orderCancelled] }`, or remove `select`';

/** What is set where, and the problems that it causes. */
const refused: readonly (readonly [pointer: string, value: unknown, ...problems: readonly string[]])[] = [
  [
    '/select',
    undefined,
    '17:7  /channels/orders/x-delivery/messages  groups of messages need `select`, which chooses from them; add it, as in `select: { query: events, default: [orders] }`, or list the messages without groups',
  ],
  [
    '/messages',
    ['orderPlaced'],
    `19:7  /channels/orders/x-delivery/select  \`select\` chooses from groups, which \`messages\` does not have; ${asGroups}`,
  ],
  [
    '/messages',
    {},
    '17:7  /channels/orders/x-delivery/messages  `messages` must be a list of messages, or 1 to 32 groups of messages; write it as in `messages: [orderPlaced, orderCancelled]`',
  ],
  [
    '/messages',
    Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`g${index}`, ['orderPlaced']])),
    '17:7  /channels/orders/x-delivery/messages  `messages` must be a list of messages, or 1 to 32 groups of messages; write it as in `messages: [orderPlaced, orderCancelled]`',
  ],
  [
    '/messages/changes',
    [],
    '20:9  /channels/orders/x-delivery/messages/changes  `messages.changes` must be a list of messages; write it as in `changes: [orderPlaced, orderCancelled]`',
  ],
  [
    '/messages/a b',
    ['orderPlaced'],
    '23:9  /channels/orders/x-delivery/messages/a b  `a b` cannot be the name of a group; start it with a letter, and use up to 64 letters, digits, `_` and `-`',
  ],
  [
    '/messages/changes/0',
    'orderShipped',
    '21:13  /channels/orders/x-delivery/messages/changes/0  channel `orders` has no message `orderShipped`; use one of `orderPlaced`, `orderCancelled`, `placeOrder`',
  ],
  [
    '/messages/changes/1',
    'placeOrder',
    '22:13  /channels/orders/x-delivery/messages/changes/1  message `placeOrder` is also sent by clients; give what the server sends a message of its own',
  ],
  [
    '/select',
    'events',
    '23:7  /channels/orders/x-delivery/select  `select` must be `{ query: NAME, default: [GROUP, …] }`; write it as in `select: { query: events, default: [orders] }`',
  ],
  [
    '/select/default',
    undefined,
    '23:7  /channels/orders/x-delivery/select  `select` must have `default`; add it, as in `default: [orders]`',
  ],
  [
    '/select/default',
    [],
    '25:9  /channels/orders/x-delivery/select/default  `select.default` must be a list of groups; write it as in `default: [orders]`',
  ],
  [
    '/select/default/0',
    'place',
    '26:13  /channels/orders/x-delivery/select/default/0  `messages` has no group `place`; write `placed`',
  ],
  [
    '/select/default/0',
    'orderPlaced',
    '26:13  /channels/orders/x-delivery/select/default/0  `messages` has no group `orderPlaced`; use one of `placed`, `changes`',
  ],
  [
    '/select/defaults',
    ['placed'],
    '27:9  /channels/orders/x-delivery/select/defaults  `select` has no field `defaults`; write `default`, or remove it',
  ],
  [
    '/select/query',
    '1st',
    '24:9  /channels/orders/x-delivery/select/query  `select.query` must be the name of a query parameter; write it as in `query: events`',
  ],
  ...['since', 'device', 'window', 'instance', 'audience'].map((name): readonly [string, string, string] => [
    '/select/query',
    name,
    `24:9  /channels/orders/x-delivery/select/query  the query parameter \`${name}\` already has another meaning; use another name`,
  ]),
];

describe('groups of durable messages', () => {
  it('become the query parameter with which a connection chooses them', async () => {
    const { at } = await loadOrders({ [extension]: delivery });
    expect(at('/components/schemas/OrdersQuery')).toMatchObject({
      properties: {
        audience: { $ref: '#/components/schemas/Audience' },
        events: { $ref: '#/components/schemas/Selection' },
        since: { $ref: '#/components/schemas/Since' },
      },
    });
    expect(at('/components/schemas/Selection')).toEqual({
      type: 'string',
      description:
        'Which durable messages a connection receives: those of the groups in this comma-separated list. Groups: `placed` (orderPlaced), `changes` (orderCancelled, orderPlaced). Default: placed.',
      pattern: '^(placed|changes)(,(placed|changes))*$',
    });
  });

  it('make all of their messages durable, each once', async () => {
    const { at, model } = await loadOrders({ [extension]: delivery });
    expect(model.channels[0]?.delivery).toMatchObject({
      messages: ['orderPlaced', 'orderCancelled'],
      select: { ...select, groups },
    });
    const reference = { $ref: '#/components/schemas/Cursor' };
    expect(at('/components/schemas/OrderPlaced/properties/cursor')).toEqual(reference);
    expect(at('/components/schemas/OrderCancelled/properties/cursor')).toEqual(reference);
    expect(at('/components/messages/orderPlaced/examples')).toHaveLength(2);
  });

  it('can differ between channels, in a document that the official parser accepts and that stays as it is when loaded again', async () => {
    const { document, at } = await loadOrders({ [extension]: delivery, ...returns });
    expect(at('/components/schemas/ReturnsSelection')).toMatchObject({ pattern: '^(all)(,(all))*$' });
    const { diagnostics } = await new Parser().parse(JSON.stringify(document.value));
    expect(diagnostics.filter(({ code }) => String(code).startsWith('asyncapi-document-'))).toEqual([]);
    expect((await reload(document.value)).document.value).toEqual(document.value);
  });

  it('may use a name that a renamed parameter has left free', async () => {
    const changes = { resume: 'from', select: { ...select, query: 'since' } };
    expect(await problemsWith({ [extension]: { ...delivery, ...changes } })).toEqual([]);
  });

  it("refuse a query parameter of the author's with the same name that accepts other values", async () => {
    const query = { type: 'object', properties: { events: { type: 'string' } } };
    expect(
      await problemsWith({ [extension]: delivery, '/channels/orders/bindings': { ws: { query } } }),
    ).toEqual([
      expect.stringMatching(/query parameter `events` differs from that of x-delivery: `pattern` is missing/),
    ]);
  });

  it.each(refused)('refuse x-delivery%s = %j', async (path, value, ...expected) => {
    expect(await problemsWith({ [extension]: delivery, [`${extension}${String(path)}`]: value })).toEqual(
      expected,
    );
  });
});
