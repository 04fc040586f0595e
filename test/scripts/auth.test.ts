import { describe, expect, it } from 'vitest';
import { loadOrders, object, problemsWith, reload } from './delivery/orders.ts';

const channel = '/channels/orders';
const plain = { [`${channel}/x-delivery`]: undefined, [`${channel}/x-auth`]: undefined };

describe('a channel with a bearer scheme', () => {
  it('gets `auth` and `authorized` in the published document, and none of its own messages change', async () => {
    const { at, model, isExpanded } = await loadOrders(plain);
    expect(Object.keys(at(`${channel}/messages`) as object)).toEqual([
      'orderPlaced',
      'orderCancelled',
      'placeOrder',
      'auth',
      'authorized',
    ]);
    expect(at('/components/schemas/AuthMessage')).toMatchObject({
      required: ['type', 'token'],
      properties: { type: { const: 'auth' } },
    });
    expect(at('/operations/receiveOrdersAuth')).toMatchObject({
      action: 'receive',
      messages: [{ $ref: '#/channels/orders/messages/auth' }],
      reply: { messages: [{ $ref: '#/channels/orders/messages/authorized' }] },
    });
    const [orders] = model.channels;
    expect([orders?.auth, isExpanded]).toEqual([true, true]);
    expect(orders?.receive.map(({ name }) => name)).toEqual(['placeOrder']);
    expect(orders?.operations.map(({ name }) => name)).toEqual(['announce', 'order']);
  });

  it('gets them beside the messages of x-delivery, and a complete document stays as it is', async () => {
    const { document, model } = await loadOrders({ [`${channel}/x-auth`]: undefined });
    const again = await reload(document.value);
    expect(again.document.value).toEqual(document.value);
    expect(again.model.channels[0]?.operations.map(({ name }) => name)).toEqual(
      model.channels[0]?.operations.map(({ name }) => name),
    );
  });

  it('leaves an operation without a list the messages that it had', async () => {
    const { at } = await loadOrders({ ...plain, '/operations/announce/messages': undefined });
    expect(at('/operations/announce/messages')).toHaveLength(3);
  });

  it('has their tags where its own messages have theirs', async () => {
    const order = { payload: object({ payload: object({ kind: { const: 'order' } }) }) };
    const { at } = await loadOrders({ ...plain, [`${channel}/messages/placeOrder`]: order });
    expect(at('/components/schemas/AuthMessage')).toMatchObject({
      required: ['payload', 'token'],
      properties: { payload: { properties: { kind: { const: 'auth' } } } },
    });
  });

  it.each([
    ['it says so', { [`${channel}/x-auth`]: false }, null],
    ['it has no bearer scheme', { '/servers/shop/security': [{ type: 'http', scheme: 'basic' }] }, null],
    [
      'it has plain text',
      { [`${channel}/messages/placeOrder`]: { contentType: 'text/plain', payload: { type: 'string' } } },
      'it has messages of plain text',
    ],
    [
      'one of its messages may look the same',
      { [`${channel}/messages/placeOrder`]: { payload: { type: 'object' } } },
      'message `placeOrder` may have the same values',
    ],
    [
      'an operation has another kind of scheme',
      { '/operations/order/security': [{ type: 'httpApiKey', in: 'header', name: 'X-Key' }] },
      'an operation has a scheme of another kind, whose credentials a token cannot renew',
    ],
    [
      'a message has the name',
      { [`${channel}/messages/auth`]: { payload: object({ type: { const: 'hello' } }) } },
      'its message `auth` conflicts with `auth` or `authorized`, which that takes',
    ],
    [
      'a message has the tag',
      { [`${channel}/messages/placeOrder`]: { payload: object({ type: { const: 'auth' } }) } },
      'its message `placeOrder` conflicts with `auth` or `authorized`, which that takes',
    ],
  ])('gets none if %s', async (_, changes, authObstacle) => {
    const { model, at } = await loadOrders({ ...plain, ...changes });
    expect(model.channels[0]).toMatchObject({ auth: false, authObstacle });
    expect(at(`${channel}/messages/authorized`)).toBeUndefined();
  });

  it.each([
    ['another value of x-auth', { [`${channel}/x-auth`]: 'no' }, '`x-auth` must be true or false'],
    [
      'x-auth where it cannot be',
      { [`${channel}/x-auth`]: true, [`${channel}/messages/placeOrder`]: { payload: { type: 'object' } } },
      'clients of this channel cannot renew their credentials: message `placeOrder` may have the same values',
    ],
  ])('cannot have %s', async (_, changes, problem) => {
    expect((await problemsWith({ ...plain, ...changes })).join('\n')).toContain(problem);
  });
});
