import { describe, expect, it, onTestFinished } from 'vitest';
import { connect as connectBrowser } from '../../../src/runtime/client/browser.ts';
import { type ClientChannel, type ConnectOptions, exchanging } from '../../../src/runtime/client/index.ts';
import { connect as connectNode } from '../../../src/runtime/client/node.ts';
import type { SecurityScheme } from '../../../src/runtime/shared/descriptor.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import { startChannel } from '../../support/channel.ts';
import { scheme } from './chat-channel.ts';
import { soon } from './soon.ts';
import { type TalkClient, type TalkTypes, talkDescriptor } from './talk-channel.ts';

const key = (name: string, location: SecurityScheme['in'], parameter = ''): SecurityScheme =>
  scheme(name, { credentials: 'apiKey', in: location, parameter });

interface LockedTypes extends Omit<TalkTypes, 'credentials'> {
  readonly credentials: {
    readonly token: 'bearer';
    readonly login: 'basic';
    readonly user: 'apiKey';
    readonly header: 'apiKey';
    readonly query: 'apiKey';
    readonly cookie: 'cookie';
  };
}

/** The talk channel with one security scheme of each kind. */
const locked: ClientChannel<TalkClient, LockedTypes> = {
  ...talkDescriptor,
  sending: exchanging,
  security: [
    scheme('token'),
    scheme('login', { credentials: 'basic' }),
    key('user', 'user'),
    key('header', 'header', 'X-Api-Key'),
    key('query', 'query', 'api key'),
    key('cookie', 'cookie', 'session'),
  ],
};

interface Request {
  readonly connection: { readonly send: { chunk(bytes: Uint8Array): boolean } };
  readonly reply: { total(content: { readonly total: number }): object };
}

/** A Posted server that echoes uploads and counts up to three requests. */
async function startTalk() {
  const users: unknown[] = [];
  let total = 0;
  const handlers = {
    upload: (bytes: Uint8Array, { connection }: Request) => void connection.send.chunk(bytes),
    count(_message: object, { reply }: Request) {
      if (total === 3) throw new PostedError('too_many_requests', 'Enough.', { retryAfterMs: 1_500 });
      total += 1;
      return reply.total({ total });
    },
  };
  const security = Object.fromEntries(
    locked.security.map(({ name }) => [
      name,
      ({ scopes: _scopes, ...credentials }: { readonly scopes?: unknown; readonly password?: string }) => {
        // An API key as the user name comes without a password.
        if (credentials.password === '') throw new PostedError('unauthorized', 'No password.');
        users.push([name, credentials]);
        return { id: name };
      },
    ]),
  );
  const { url, connections } = await startChannel(locked, handlers, { security });
  return { url, users, ask: () => connections[0]?.request.ping?.({}) };
}

type Given = NonNullable<ConnectOptions<LockedTypes>['auth']>;

describe.each([
  ['Node', connectNode],
  ['browsers', connectBrowser],
])('the client for %s with a Posted server', (platform, connect) => {
  it.each<[Given, object]>([
    [{ token: 'a.b' }, { token: 'a.b' }],
    [{ login: { username: 'Ünï', password: 'a:b' } }, { username: 'Ünï', password: 'a:b' }],
    [{ user: 'k' }, { key: 'k' }],
    [{ header: 'k 1:2' }, { key: 'k 1:2' }],
    [{ query: 'k&1=ü' }, { key: 'k&1=ü' }],
    ...(platform === 'Node' ? [[{ cookie: 'k=1' }, { key: 'k=1' }] satisfies [Given, object]] : []),
  ])('authenticates with %j, exchanges bytes, sends requests and answers them', async (auth, expected) => {
    const { url, users, ask } = await startTalk();
    const chunks: Uint8Array[] = [];
    const errors: unknown[] = [];
    const client = connect(locked, {
      url,
      auth,
      answer: { ping: () => ({}) },
      onError: (error) => void errors.push(error),
    });
    onTestFinished(() => client[Symbol.asyncDispose]());
    client.on.chunk((chunk) => void chunks.push(chunk));
    await client.opened;
    expect(users).toContainEqual([Object.keys(auth)[0], expected]);

    const replies = [1, 2, 3].map(() => client.count({}));
    expect(await Promise.all(replies)).toMatchObject([{ total: 1 }, { total: 2 }, { total: 3 }]);
    const error = { name: 'PostedError', code: 'too_many_requests', message: 'Enough.', retryAfterMs: 1_500 };
    await expect(client.count({})).rejects.toMatchObject(error);
    client.upload(new Uint8Array([0, 200]));
    await expect.poll(() => chunks, soon).toEqual([new Uint8Array([0, 200])]);
    expect(await ask()).toEqual({ type: 'pong', id: expect.any(String) });
    expect(errors).toEqual([]);
  });
});
