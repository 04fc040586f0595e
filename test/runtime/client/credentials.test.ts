import type { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect as connectBrowser } from '../../../src/runtime/client/browser.ts';
import type { ClientChannel, ConnectOptions } from '../../../src/runtime/client/index.ts';
import { connect } from '../../../src/runtime/client/node.ts';
import type { SecurityScheme } from '../../../src/runtime/shared/descriptor.ts';
import { type NoTypes, nothing, operation, type PlainClient, scheme } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openClient, rejection } from './open-chat.ts';

interface SafeTypes extends Omit<NoTypes, 'credentials' | 'operationCredentials'> {
  readonly credentials: {
    readonly token: 'bearer';
    readonly login: 'basic';
    readonly user: 'apiKey';
    readonly password: 'apiKey';
    readonly header: 'apiKey';
    readonly query: 'apiKey';
    readonly cookie: 'cookie';
  };
  readonly operationCredentials: { readonly admin: 'apiKey'; readonly spare: 'bearer' };
}

const key = (name: string, location: SecurityScheme['in'], parameter = ''): SecurityScheme =>
  scheme(name, { credentials: 'apiKey', in: location, parameter });

/** A channel with one scheme of each kind, two of whose operations require more. */
const safe: ClientChannel<PlainClient, SafeTypes> = {
  ...nothing,
  security: [
    scheme('token'),
    scheme('login', { credentials: 'basic' }),
    key('user', 'user'),
    key('password', 'password'),
    key('header', 'header', 'X-Api-Key'),
    key('query', 'query', 'api key'),
    key('cookie', 'cookie', 'session'),
  ],
  operations: [
    operation('send', ['one'], { security: [key('admin', 'header', 'X-Admin'), scheme('token')] }),
    operation('send', ['two'], { security: [scheme('spare')] }),
  ],
};

type Given = NonNullable<ConnectOptions<SafeTypes>['auth']>;

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const base64url = (text: string) => Buffer.from(text).toString('base64url');

const credentialHeaders = ['authorization', 'cookie', 'x-api-key', 'x-admin', 'sec-websocket-protocol'];

/** The headers that can carry credentials. */
function carriedBy(handshake: IncomingMessage | undefined): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(handshake?.headers ?? {}).filter(([name]) => credentialHeaders.includes(name)),
  );
}

describe('a handshake', () => {
  it.each<[string, Given, Readonly<Record<string, string>>]>([
    ['a bearer token', { token: 'a.b~c' }, { authorization: 'Bearer a.b~c' }],
    [
      'a user name and a password',
      { login: { username: 'Ada', password: 'p:ä ß' } },
      { authorization: basic('Ada:p:ä ß') },
    ],
    ['a key as the user name', { user: 'kéy' }, { authorization: basic('kéy:') }],
    ['a key as the password', { password: 'a:b' }, { authorization: basic(':a:b') }],
    ['a key in a header', { header: 'k 1' }, { 'x-api-key': 'k 1' }],
    ['a key in a cookie', { cookie: 'k=1' }, { cookie: 'session=k=1' }],
    ['the result of a function', { header: () => 'later' }, { 'x-api-key': 'later' }],
    [
      'the result of an async function',
      { login: async () => ({ username: '', password: '' }) },
      { authorization: basic(':') },
    ],
    [
      'the credentials of the connection and of its operations',
      { header: 'k', admin: 'a', spare: 's' },
      { 'x-api-key': 'k', 'x-admin': 'a', authorization: 'Bearer s' },
    ],
    [
      'only one credential for the connection',
      { login: { username: 'u', password: 'p' }, user: 'k' },
      { authorization: basic('u:p') },
    ],
  ])('carries %s', async (_, auth, headers) => {
    const server = await startChatServer();
    openClient(safe, { url: server.url, auth });
    await server.nextConnection();
    expect(carriedBy(server.handshakes[0])).toEqual(headers);
    expect(server.handshakes[0]?.url).toBe('/nothing');
  });

  it('carries a key in the query', async () => {
    const server = await startChatServer();
    openClient(safe, { url: server.url, auth: { query: 'a&b=ü' } });
    await server.nextConnection();
    expect(server.handshakes[0]?.url).toBe('/nothing?api+key=a%26b%3D%C3%BC');
    expect(carriedBy(server.handshakes[0])).toEqual({});
  });

  it.each<[string, Given, string]>([
    ['a bearer token', { token: 'a.b~c' }, `base64url.bearer.posted.${base64url('a.b~c')}`],
    [
      'a user name and a password',
      { login: { username: 'Ada', password: 'p:ä' } },
      `base64url.basic.posted.${base64url('Ada:p:ä')}`,
    ],
    ['a key as the user name', { user: 'k' }, `base64url.basic.posted.${base64url('k:')}`],
    ['a key in a header', { header: 'k 1' }, `base64url.apikey.posted.${base64url('X-Api-Key:k 1')}`],
    [
      'two credentials',
      { token: 't', admin: 'a' },
      `base64url.bearer.posted.${base64url('t')},base64url.apikey.posted.${base64url('X-Admin:a')}`,
    ],
  ])('in browsers carries %s as a subprotocol', async (_, auth, protocols) => {
    const server = await startChatServer();
    const client = connectBrowser(safe, { url: server.url, auth });
    onTestFinished(() => client[Symbol.asyncDispose]());
    const connection = await server.nextConnection();
    expect(connection.protocol).toBe('posted.v1');
    expect(carriedBy(server.handshakes[0])).toEqual({
      'sec-websocket-protocol': expect.toSatisfy(
        (offered: string) => offered.replaceAll(' ', '') === `posted.v1,${protocols},posted.refusal`,
      ),
    });
  });

  it('in browsers carries only their own cookies', async () => {
    const server = await startChatServer();
    const client = connectBrowser(safe, { url: server.url });
    onTestFinished(() => client[Symbol.asyncDispose]());
    await server.nextConnection();
    expect(carriedBy(server.handshakes[0])).toEqual({});
    expect(() => connectBrowser(safe, { url: server.url, auth: { cookie: 'k' } })).toThrow(
      expect.objectContaining({ code: 'invalid_options', message: expect.stringContaining('own cookies') }),
    );
  });
});

describe('the option auth', () => {
  it.each<[string, Given, string]>([
    ['nothing', {}, 'token or login or user or password or header or query or cookie is missing'],
    ['only credentials for operations', { admin: 'a' }, 'is missing'],
    ['a token with a line break', { token: 'two\r\nlines' }, 'token must be a bearer token'],
    [
      'a user name with a colon',
      { login: { username: 'a:b', password: '' } },
      'login must be a user name and a password',
    ],
    [
      'a password with a line break',
      { login: { username: 'a', password: '\n' } },
      'login must be a user name and a password',
    ],
    [
      'a string instead of a user name and a password',
      { login: 'a:b' as never },
      'login must be a user name and a password',
    ],
    ['a user key with a colon', { user: 'a:b' }, 'user must be a key'],
    ['an empty key', { header: '' }, 'header must be a key'],
    ['a key that a header cannot carry', { header: 'ü' }, 'header must be a key'],
    ['a key with a line break', { header: 'a\r\nb: c' }, 'header must be a key'],
    ['a key that would end the cookie', { cookie: 'a; b=c' }, 'cookie must be a key'],
    ['a key with a lone surrogate', { query: '\ud83d' }, 'query must be a key'],
    [
      'two credentials for the same header',
      { login: { username: 'u', password: 'p' }, spare: 't' },
      'login and spare are both sent in the header authorization',
    ],
  ])('rejects %s without repeating it', (_, auth, problem) => {
    const open = () => connect(safe, { url: 'ws://localhost', auth });
    expect(open).toThrow(
      expect.objectContaining({ code: 'invalid_options', message: expect.stringContaining(problem) }),
    );
    expect(open).not.toThrow(/lines|a:b|b=c/);
  });

  it('ignores inherited properties', () => {
    const channel: ClientChannel<
      PlainClient,
      Omit<NoTypes, 'credentials'> & { credentials: { toString: 'bearer' } }
    > = {
      ...nothing,
      security: [scheme('toString')],
    };
    expect(() => connect(channel, { url: 'ws://localhost', auth: {} })).toThrow('toString is missing');
  });

  it('is optional if only operations require credentials', async () => {
    const server = await startChatServer();
    const channel: ClientChannel<PlainClient, Omit<SafeTypes, 'credentials'> & Pick<NoTypes, 'credentials'>> =
      {
        ...safe,
        security: [],
      };
    openClient(channel, { url: server.url });
    openClient(channel, { url: server.url, auth: { admin: 'a' } });
    await server.nextConnection();
    await server.nextConnection();
    expect(server.handshakes.map(carriedBy)).toContainEqual({ 'x-admin': 'a' });
    expect(server.handshakes.map(carriedBy)).toContainEqual({});
  });
});

describe('rejected credentials', () => {
  it('are requested from their function again', async () => {
    const accepted = basic('Ada:new');
    const server = await startChatServer({
      refuse: ({ headers }) => (headers.authorization === accepted ? undefined : { status: 401 }),
    });
    const passwords = ['old', 'new'];
    const { reaches } = openClient(safe, {
      url: server.url,
      auth: { login: () => ({ username: 'Ada', password: passwords.shift() ?? '' }) },
    });
    await reaches('open');
    expect(server.handshakes).toHaveLength(2);
  });

  it('of an unusable type are reported without being shown', async () => {
    const server = await startChatServer();
    const { reaches } = openClient(safe, {
      url: server.url,
      auth: { login: (() => 'secret') as never },
    });
    const { error } = await reaches('waiting');
    expect(error).toMatchObject({ code: 'credentials' });
    expect(error.message).toContain('login must be');
    expect(inspect(error)).not.toContain('secret');
  });

  it.each<[string, Given, (handshake: IncomingMessage) => string]>([
    ['a header', { header: 'secret' }, ({ headers }) => String(headers['x-api-key'])],
    ['a cookie', { cookie: 'secret' }, ({ headers }) => String(headers.cookie)],
    ['a password', { login: { username: 'Ada', password: 'secret' } }, () => 'secret'],
    [
      'the encoded password',
      { login: { username: 'Ada', password: 'secret' } },
      ({ headers }) => `${headers.authorization} is not secret`,
    ],
    ['the URL', { query: 'secret ü' }, ({ url }) => `${url} ${decodeURIComponent(url ?? '')}`],
  ])('are never shown, even if the server repeats %s', async (_, auth, repeat) => {
    const server = await startChatServer({
      refuse: (handshake) => ({ status: 403, body: JSON.stringify({ message: repeat(handshake) }) }),
    });
    const { client, statuses, errors } = openClient(safe, { url: server.url, auth });
    const error = await rejection(client.closed);
    expect(error.message).toContain('[credential]');
    expect(inspect({ error, statuses, errors }, { depth: 9 })).not.toMatch(/secret|QWRhOnNlY3JldA/);
  });

  it('are not shown in a close reason', async () => {
    const server = await startChatServer();
    const { client, statuses } = openClient(safe, { url: server.url, auth: { header: 'secret' } });
    (await server.nextConnection()).close(4403, 'not with secret');
    await rejection(client.closed);
    expect(statuses.at(-1)).toMatchObject({ state: 'closed', reason: 'not with [credential]' });
  });
});
