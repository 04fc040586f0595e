import { describe, expect, it } from 'vitest';
import type { MessageDescriptor, SecurityScheme } from '../../../src/runtime/shared/descriptor.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import {
  createChannel,
  createMessage,
  createOperation,
  createScheme,
  startChannel,
} from '../../support/channel.ts';
import { type Headers, schemes, startSecured } from '../../support/schemes.ts';
import { connectClient, refusedHandshake } from '../../support/websocket.ts';

const text = { type: 'string' };

/** Creates a message with text that must begin with its name. */
function createNamed(name: string): MessageDescriptor {
  return createMessage(name, { ...text, pattern: `^${name}` });
}

/** Starts a channel where `hello` and `news` are open to everybody, and `secret`, `order` and `question` require `keys`. */
async function startDesk(security: readonly SecurityScheme[], keys: readonly SecurityScheme[]) {
  const orders: string[] = [];
  const channel = createChannel({
    security,
    send: ['secret', 'news', 'question'].map(createNamed),
    receive: ['order', 'hello', 'answer'].map(createNamed),
    operations: [
      createOperation('send', 'secret', { security: keys }),
      createOperation('send', 'news'),
      createOperation('send', 'question', { security: keys, reply: ['answer'] }),
      createOperation('receive', 'order', { security: keys }),
      createOperation('receive', 'hello'),
    ],
  });
  const started = await startSecured(channel, {
    order: (order: string) => void orders.push(order),
    hello: (hello: string) => void orders.push(hello),
  });
  const connect = (headers: Headers = {}) => connectClient(`${started.url}/desk`, { headers });
  return { ...started, orders, connect };
}

describe('an operation with its own security', () => {
  const key = { 'X-Api-Key': 'k1' };

  it('publishes only to connections that satisfy it', async () => {
    const { app, connect, publish, connections, observed } = await startDesk([], [schemes.headerKey]);
    const [guest, member] = [await connect(), await connect(key)];
    expect(publish('secret', 'secret 1')).toBe(1);
    const encoded = app.channel('desk').encode.secret?.('secret 2');
    expect(encoded && connections.map((connection) => connection.sendEncoded(encoded))).toEqual([
      false,
      true,
    ]);
    expect(publish('news', 'news')).toBe(2);
    expect(await guest.take(1)).toEqual(['"news"']);
    expect(await member.take(3)).toEqual(['"secret 1"', '"secret 2"', '"news"']);
    const sent = observed.filter(([name]) => name === 'messageSent');
    expect(sent.filter(([, , message]) => message === 'news')).toEqual([['messageSent', 'desk', 'news', 2]]);
    expect(sent.filter(([, , message]) => message === 'secret')).toEqual([
      ['messageSent', 'desk', 'secret', 1],
      ['messageSent', 'desk', 'secret', 1],
    ]);
  });

  it('receives only from connections that satisfy it, and closes others with 4403', async () => {
    const { connect, orders, observed } = await startDesk([], [schemes.headerKey]);
    const [guest, member] = [await connect(), await connect(key)];
    for (const client of [member, guest]) {
      client.webSocket.send('"hello"');
      client.webSocket.send('"order"');
    }
    expect(await guest.closed).toEqual({
      code: 4403,
      reason: 'the credentials do not permit operation order',
    });
    expect(orders.toSorted()).toEqual(['hello', 'hello', 'order']);
    expect(observed.filter(([name]) => name === 'messageInvalid')).toEqual([]);
  });

  it('sends requests only to connections that satisfy it', async () => {
    const { connect, connections } = await startDesk([], [schemes.headerKey]);
    const [guest, member] = [await connect(), await connect(key)];
    const [fromGuest, fromMember] = connections.map(({ request }) => request.question?.('question'));
    await expect(fromGuest).rejects.toMatchObject({ code: 'forbidden' });
    await member.take(1);
    member.webSocket.send('"answer"');
    expect(await fromMember).toBe('answer');
    expect(guest.received).toEqual([]);
  });

  it('is satisfied by any one scheme, whose hook is called once for all operations', async () => {
    const { connect, hookCalls, publish } = await startDesk(
      [schemes.bearer],
      [schemes.cookieKey, schemes.headerKey],
    );
    await connect({ Authorization: 'Bearer abc', Cookie: 'key=wrong', ...key });
    expect(hookCalls).toEqual(['bearer', 'cookieKey', 'headerKey']);
    expect(publish('secret', 'secret')).toBe(1);
  });

  it.each<readonly [string, readonly SecurityScheme[], Headers, string | undefined]>([
    ['the credentials of the channel', [schemes.bearer], { Authorization: 'Bearer abc', ...key }, 'bearer '],
    ['the credentials of an operation, on a channel without security', [], key, 'headerKey '],
    ['no credentials, on a channel without security', [], {}, undefined],
  ])('takes the user from %s', async (_title, security, headers, user) => {
    const { connect, accepted } = await startDesk(security, [schemes.headerKey]);
    await connect(headers);
    expect(accepted[0]?.user?.id.slice(0, user?.length)).toBe(user);
  });

  it('refuses invalid credentials with 401, even on a channel without security', async () => {
    const { url, observed } = await startDesk([], [schemes.bearer, schemes.headerKey]);
    const headers = { Authorization: 'Bearer wrong' };
    const refused = await refusedHandshake(`${url}/desk`, { headers });
    expect(refused).toMatchObject({
      status: 401,
      body: { message: 'bearer does not know these credentials.' },
    });
    expect(refused.headers['www-authenticate']).toBe(
      'Bearer error="invalid_token", scope="read:posts write"',
    );
    expect(observed).toEqual([['handshakeRefused', 'unauthorized']]);
  });

  it('is not permitted if its hook throws forbidden, but the handshake is accepted', async () => {
    const { connect, publish } = await startDesk([], [schemes.headerKey]);
    await connect({ 'X-Api-Key': 'muted' });
    expect(publish('secret', 'secret')).toBe(0);
  });

  it('is not permitted by a token that only the channel accepts, but the handshake is accepted', async () => {
    const member = createScheme('member');
    const admin = createScheme('admin', { scopes: ['admin'] });
    const channel = createChannel({
      security: [member],
      send: [createMessage('secret', text)],
      operations: [createOperation('send', 'secret', { security: [admin] })],
    });
    const security = {
      member: () => ({ id: 'member' }),
      admin({ token, scopes }: { readonly token: string; readonly scopes: readonly string[] }) {
        if (token === scopes[0]) return { id: 'admin' };
        throw new PostedError('unauthorized', 'The token is not an admin token.');
      },
    };
    const { url, publish } = await startChannel(channel, {}, { security });
    for (const token of ['member', 'admin']) {
      await connectClient(`${url}/desk`, { headers: { Authorization: `Bearer ${token}` } });
    }
    expect(publish('secret', 'secret')).toBe(1);
  });

  it('closes the connection with 4401 when its credentials expire, even if others are still valid', async () => {
    const { connect } = await startDesk([schemes.bearer], [schemes.headerKey]);
    const client = await connect({ Authorization: 'Bearer abc', 'X-Api-Key': 'mayfly' });
    expect((await client.closed).code).toBe(4401);
  });
});
