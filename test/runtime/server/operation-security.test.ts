import { describe, expect, it } from 'vitest';
import type { Publish, Request } from '../../../src/runtime/server/handlers.ts';
import type { MessageDescriptor, SecurityScheme } from '../../../src/runtime/shared/descriptor.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import {
  createChannel,
  createMessage,
  createOperation,
  createScheme,
  createTaken,
  startChannel,
} from '../../support/channel.ts';
import { type Headers, schemes, startSecured } from '../../support/schemes.ts';
import { connectClient, refusedHandshake } from '../../support/websocket.ts';

const text = { type: 'string' };

/** A text that begins with its name. */
function createNamed(name: string): MessageDescriptor {
  return createMessage(name, { ...text, pattern: `^${name}` });
}

/** Everybody may say hello and hear the news; secrets, orders and questions are for those with a key. */
async function startDesk(security: readonly SecurityScheme[], keys: readonly SecurityScheme[]) {
  const secret = createTaken<Publish<string, string>>();
  const news = createTaken<Publish<string, string>>();
  const question = createTaken<Request<string, string, string>>();
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
    secret: { secret: secret.take },
    news: { news: news.take },
    question: { question: question.take },
    order: { order: (order: string) => void orders.push(order) },
    hello: { hello: (hello: string) => void orders.push(hello) },
  });
  const connect = (headers: Headers = {}) => connectClient(`${started.url}/desk`, { headers });
  return { ...started, secret, news, question, orders, connect };
}

describe('an operation with security of its own', () => {
  const key = { 'X-Api-Key': 'k1' };

  it('is published to those alone who have satisfied it', async () => {
    const { connect, secret, news, connections, observed } = await startDesk([], [schemes.headerKey]);
    const [stranger, friend] = [await connect(), await connect(key)];
    expect(secret.given('secret 1', connections)).toBe(1);
    const encoded = secret.given.encode('secret 2');
    expect(encoded && connections.map((connection) => connection.send(encoded))).toEqual([false, true]);
    expect(news.given('news', connections)).toBe(2);
    expect(await stranger.take(1)).toEqual(['"news"']);
    expect(await friend.take(3)).toEqual(['"secret 1"', '"secret 2"', '"news"']);
    const sent = observed.filter(([name]) => name === 'messageSent');
    expect(sent.filter(([, , message]) => message === 'news')).toEqual([['messageSent', 'desk', 'news', 2]]);
    expect(sent.filter(([, , message]) => message === 'secret')).toEqual([
      ['messageSent', 'desk', 'secret', 1],
      ['messageSent', 'desk', 'secret', 1],
    ]);
  });

  it('takes messages from those alone who have satisfied it: others are closed with 4403', async () => {
    const { connect, orders, observed } = await startDesk([], [schemes.headerKey]);
    const [stranger, friend] = [await connect(), await connect(key)];
    for (const client of [friend, stranger]) {
      client.webSocket.send('"hello"');
      client.webSocket.send('"order"');
    }
    expect(await stranger.closed).toEqual({
      code: 4403,
      reason: 'the credentials do not permit operation order',
    });
    expect(orders.toSorted()).toEqual(['hello', 'hello', 'order']);
    expect(observed.filter(([name]) => name === 'messageInvalid')).toEqual([]);
  });

  it('asks those alone who have satisfied it', async () => {
    const { connect, question, connections } = await startDesk([], [schemes.headerKey]);
    const [stranger, friend] = [await connect(), await connect(key)];
    const [toStranger, toFriend] = connections.map((connection) => question.given('question', connection));
    await expect(toStranger).rejects.toMatchObject({ code: 'forbidden' });
    await friend.take(1);
    friend.webSocket.send('"answer"');
    expect(await toFriend).toBe('answer');
    expect(stranger.received).toEqual([]);
  });

  it('is satisfied by any one scheme, and its hook is asked once for all operations', async () => {
    const { connect, asked, secret, connections } = await startDesk(
      [schemes.bearer],
      [schemes.cookieKey, schemes.headerKey],
    );
    await connect({ Authorization: 'Bearer abc', Cookie: 'key=wrong', ...key });
    expect(asked).toEqual(['bearer', 'cookieKey', 'headerKey']);
    expect(secret.given('secret', connections)).toBe(1);
  });

  it.each<readonly [string, readonly SecurityScheme[], Headers, string | undefined]>([
    ['the channel', [schemes.bearer], { Authorization: 'Bearer abc', ...key }, 'bearer '],
    ['an operation, on an open channel', [], key, 'headerKey '],
    ['nobody, on an open channel', [], {}, undefined],
  ])('leaves the user to %s', async (_title, security, headers, user) => {
    const { connect, accepted } = await startDesk(security, [schemes.headerKey]);
    await connect(headers);
    expect(accepted[0]?.principal?.id.slice(0, user?.length)).toBe(user);
  });

  it('refuses credentials that are wrong with 401, also on an open channel', async () => {
    const { url, observed } = await startDesk([], [schemes.bearer, schemes.headerKey]);
    const headers = { Authorization: 'Bearer wrong' };
    const refused = await refusedHandshake(`${url}/desk`, { headers });
    expect(refused).toMatchObject({ status: 401, body: { message: 'bearer does not know you.' } });
    expect(refused.headers['www-authenticate']).toBe(
      'Bearer error="invalid_token", scope="read:posts write"',
    );
    expect(observed).toEqual([['handshakeRefused', 'unauthorized']]);
  });

  it('is not for those whom its hook forbids, and they may connect', async () => {
    const { connect, secret, connections } = await startDesk([], [schemes.headerKey]);
    await connect({ 'X-Api-Key': 'muted' });
    expect(secret.given('secret', connections)).toBe(0);
  });

  it('is not for those whose token only the channel knows, and they may connect', async () => {
    const member = createScheme('member');
    const admin = createScheme('admin', { scopes: ['admin'] });
    const secret = createTaken<Publish<string, string>>();
    const channel = createChannel({
      security: [member],
      send: [createMessage('secret', text)],
      operations: [createOperation('send', 'secret', { security: [admin] })],
    });
    const { url, connections } = await startChannel(channel, {
      security: {
        member: () => ({ id: 'member' }),
        admin({ token, scopes }: { readonly token: string; readonly scopes: readonly string[] }) {
          if (token === scopes[0]) return { id: 'admin' };
          throw new PostedError('unauthorized', 'This is no token of an admin.');
        },
      },
      secret: { secret: secret.take },
    });
    for (const token of ['member', 'admin']) {
      await connectClient(`${url}/desk`, { headers: { Authorization: `Bearer ${token}` } });
    }
    expect(secret.given('secret', connections)).toBe(1);
  });

  it('closes the connection with 4401 when its credentials expire, though others last', async () => {
    const { connect } = await startDesk([schemes.bearer], [schemes.headerKey]);
    const client = await connect({ Authorization: 'Bearer abc', 'X-Api-Key': 'mayfly' });
    expect((await client.closed).code).toBe(4401);
  });
});
