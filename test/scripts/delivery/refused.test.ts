import { describe, expect, it } from 'vitest';
import { object, problemsWith } from './orders.ts';

const extension = '/channels/orders/x-delivery';
const placed = '/components/schemas/OrderPlaced';
const text = { type: 'string' };
const returns = {
  address: '/returns',
  'x-delivery': { messages: ['returned'], audience: 'everyone' },
  messages: { returned: { payload: object({ type: { const: 'returned' } }) } },
};
const sameAddress = { address: '/shops/{shop}/orders', parameters: { shop: {} } };

/** Other parts of the contract. */
const base = {
  '/servers/broker': { host: 'localhost', protocol: 'kafka' },
  '/operations/tell': { action: 'send', channel: { $ref: '#/channels/returns' } },
  '/channels/returns': returns,
  [`${extension}/retention`]: 'P1D',
};

/** What is set where, and the problems that it causes. */
const cases: readonly (readonly [pointer: string, value: unknown, ...problems: readonly string[]])[] = [
  [
    extension,
    true,
    '19:5  /channels/orders/x-delivery  x-delivery must be an object; write it as in `{ messages: [orderPlaced, orderCancelled], … }`',
  ],
  [
    extension,
    { messages: ['orderPlaced'] },
    '19:5  /channels/orders/x-delivery  x-delivery must have `audience`; add it, as in `audience: topic`',
  ],
  [
    `${extension}/windw`,
    1,
    '25:7  /channels/orders/x-delivery/windw  x-delivery has no field `windw`; write `window`, or remove it',
  ],
  [
    `${extension}/priority`,
    1,
    '25:7  /channels/orders/x-delivery/priority  x-delivery has no field `priority`; remove it, or use one of `messages`, `select`, `audience`, `resume`, `window`, `ackTimeout`, `checkpoint`, `heartbeat`, `retention`, `slowReader`',
  ],
  [
    `${extension}/messages`,
    [],
    '20:7  /channels/orders/x-delivery/messages  `messages` must be a list of messages, or 1 to 32 groups of messages; write it as in `messages: [orderPlaced, orderCancelled]`',
  ],
  [
    `${extension}/messages/1`,
    'orderShipped',
    '22:11  /channels/orders/x-delivery/messages/1  channel `orders` has no message `orderShipped`; use one of `orderPlaced`, `orderCancelled`, `placeOrder`',
  ],
  [
    `${extension}/messages/1`,
    'placeOrder',
    '22:11  /channels/orders/x-delivery/messages/1  message `placeOrder` is also sent by clients; give what the server sends a message of its own',
  ],
  [
    '/operations/announce/messages',
    [{ $ref: '#/channels/orders/messages/orderPlaced' }],
    '22:11  /channels/orders/x-delivery/messages/1  no operation of the server sends message `orderCancelled`; add it to an operation with `action: send`',
  ],
  [
    '/operations/order/reply',
    { messages: [{ $ref: '#/channels/orders/messages/orderPlaced' }] },
    '21:11  /channels/orders/x-delivery/messages/0  message `orderPlaced` is a reply, which only one client gets; remove it from `messages`',
  ],
  [
    `${extension}/audience`,
    'friends',
    '23:7  /channels/orders/x-delivery/audience  `audience` must be `everyone`, `topic`, or `{ query: NAME }`; write it as in `audience: topic`',
  ],
  [
    `${extension}/audience`,
    { query: 'device' },
    '24:9  /channels/orders/x-delivery/audience/query  the query parameter `device` already has another meaning; use another name',
  ],
  [
    `${extension}/resume`,
    'device',
    '25:7  /channels/orders/x-delivery/resume  the query parameter `device` already has another meaning; use another name',
  ],
  [
    `${extension}/window`,
    257,
    '25:7  /channels/orders/x-delivery/window  `window` must be an integer from 1 to 256; write it as in `window: 64`',
  ],
  [
    `${extension}/ackTimeout`,
    '30 s',
    '25:7  /channels/orders/x-delivery/ackTimeout  `ackTimeout` must be a duration; write it as in `ackTimeout: PT30S`',
  ],
  [
    `${extension}/ackTimeout`,
    'PT2H',
    '25:7  /channels/orders/x-delivery/ackTimeout  `ackTimeout` must be 1 second to 1 hour; write it as in `ackTimeout: PT30S`',
  ],
  [
    `${extension}/retention`,
    0,
    '24:7  /channels/orders/x-delivery/retention  `retention` must be 1 second to 100 years; write it as in `retention: P7D`',
  ],
  [
    `${extension}/slowReader`,
    'drop',
    '25:7  /channels/orders/x-delivery/slowReader  `slowReader` must be `lag` or `close`; write it as in `slowReader: lag`',
  ],
  [
    `${extension}/messages`,
    ['orderPlaced', 'orderPlaced'],
    '20:7  /channels/orders/x-delivery/messages  `messages` must be a list of messages, or 1 to 32 groups of messages; write it as in `messages: [orderPlaced, orderCancelled]`',
  ],
  [
    '/channels/returns',
    { ...returns, address: null },
    '56:5  /channels/returns/address  a channel without an address cannot be served; set it to a URL path',
    '57:5  /channels/returns/x-delivery  only a channel with an address on a WebSocket server can be durable; give it an address and a server with protocol ws or wss, or remove x-delivery',
  ],
  [
    '/channels/returns',
    { ...returns, servers: [{ $ref: '#/servers/broker' }] },
    '57:5  /channels/returns/x-delivery  only a channel with an address on a WebSocket server can be durable; give it an address and a server with protocol ws or wss, or remove x-delivery',
  ],
  [
    '/channels/returns',
    { ...returns, 'x-delivery': { messages: ['returned'], audience: 'topic', retention: 60 } },
    '61:7  /channels/returns/x-delivery/retention  `retention` differs from that of channel `orders`, but both share one log; make them equal, or set it in one of them',
  ],
  [
    `${placed}/required`,
    ['type', 'cursor'],
    '102:7  /components/schemas/OrderPlaced/required  `cursor` cannot be required, because plain connections get the message without it; remove it from `required`',
  ],
  [
    '/servers/shop/security',
    undefined,
    "16:5  /channels/orders/x-delivery  a durable channel needs users, by whom devices and topics are known; add `security` to the channel's servers",
    "54:5  /channels/returns/x-delivery  a durable channel needs users, by whom devices and topics are known; add `security` to the channel's servers",
  ],
  [
    '/channels/returns',
    {
      ...sameAddress,
      messages: { bye: { payload: object({ type: { const: 'bye' } }) } },
      bindings: { ws: { query: { type: 'object', properties: { page: text } } } },
    },
    '60:7  /channels/returns/messages/bye  x-delivery adds a message `bye` to this address; rename this message',
    '68:5  /channels/returns/bindings  x-delivery adds to the ws binding of another channel with this address; move this binding to that channel',
  ],
  [
    '/channels/orders/messages/reset',
    { payload: object({ type: { const: 'reset' } }) },
    '56:9  /channels/orders/messages/reset/payload  message `reset` differs from the one that x-delivery adds: `additionalProperties` is missing; rename it, or remove it: x-delivery adds its own',
  ],
  [
    '/components/messages/orderPlaced/headers',
    object({ trace: text }),
    '99:7  /components/messages/orderPlaced/headers  a durable message cannot have headers; move them to the payload',
  ],
  [
    '/components/messages/orderPlaced/payload',
    text,
    '92:7  /components/messages/orderPlaced/payload  a durable message must be an object, which `cursor` is added to; use `type: object`, or remove `orderPlaced` from x-delivery',
  ],
  [
    `${placed}/properties/cursor`,
    { type: 'integer' },
    '114:11  /components/schemas/OrderPlaced/properties/cursor/type  `cursor` differs from the property that x-delivery adds: it must be "string"; rename it, or remove it',
  ],
  [
    `${placed}/allOf`,
    [{ type: 'object', additionalProperties: false }],
    '116:11  /components/schemas/OrderPlaced/allOf/0/additionalProperties  `additionalProperties` refuses the property `cursor` that x-delivery adds; remove it, or close only the outermost schema, with `additionalProperties: false`',
  ],
  [
    '/channels/orders/bindings',
    { ws: { query: { type: 'object', properties: { since: text } } } },
    '60:13  /channels/orders/bindings/ws/query/properties/since  the query parameter `since` differs from that of x-delivery: `pattern` is missing; rename it, or remove it: x-delivery adds its own',
  ],
  [
    '/channels/orders/bindings',
    { ws: { query: { type: 'object', maxProperties: 1, properties: { page: text } } } },
    '59:11  /channels/orders/bindings/ws/query/maxProperties  `maxProperties` refuses the property `since` that x-delivery adds; remove it, or close only the outermost schema, with `additionalProperties: false`',
  ],
  [
    '/channels/orders/x-resume',
    { query: 'from' },
    '55:5  /channels/orders/x-resume  x-resume differs from that of x-delivery, which is {"query":"since","window":"window","device":"device","instance":"instance","cursor":"cursor","ready":"ready","checkpoint":"checkpoint","reset":"reset","bye":"bye","ack":"ack","alive":"alive"}; remove it: x-delivery adds it',
  ],
  [
    '/channels/returns',
    { ...sameAddress, 'x-delivery': returns['x-delivery'], messages: returns.messages },
    '19:5  /channels/orders/x-delivery  another channel with this address has x-delivery, too; list all durable messages in one channel',
    '59:5  /channels/returns/x-delivery  another channel with this address has x-delivery, too; list all durable messages in one channel',
  ],
];

describe('x-delivery', () => {
  it('has no problems before the changes', async () => {
    expect(await problemsWith(base)).toEqual([]);
  });

  it.each(cases)('refuses %s = %j', async (pointer, value, ...expected) => {
    expect(await problemsWith({ ...base, [String(pointer)]: value })).toEqual(expected);
  });
});
