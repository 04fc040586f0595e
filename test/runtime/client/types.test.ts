import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

const preamble = `
import { connect } from ${JSON.stringify(join(root, 'src/runtime/client/node.ts'))};
import type { ClientChannel, ClientStatus, PostedClientError } from ${JSON.stringify(join(root, 'src/runtime/client/index.ts'))};
import { market, type Price } from ${JSON.stringify(join(root, 'test/runtime/client/market-channel.ts'))};
import { chat, news, type NoticeMessage, type NoTypes, type PostMessage } from ${JSON.stringify(join(root, 'test/runtime/client/chat-channel.ts'))};
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <Condition extends true>(): Condition | undefined => undefined;
const url = 'ws://localhost';
const credentials = { bearerAuth: 'token' };
const parameters = { room: 'lobby' };
declare const strict: ClientChannel<Omit<NoTypes, 'credentials' | 'query' | 'receives'> & {
  credentials: { bearerAuth: 'bearer'; adminAuth: 'bearer' };
  query: { since: string };
  receives: { post: PostMessage };
}>;
declare const safe: ClientChannel<Omit<NoTypes, 'credentials' | 'operationCredentials'> & {
  credentials: { login: 'basic'; key: 'apiKey' };
  operationCredentials: { admin: 'bearer' };
}>;
declare const open: ClientChannel<Omit<NoTypes, 'credentials' | 'operationCredentials'> & {
  credentials: { session: 'cookie'; token: 'bearer' };
  operationCredentials: object;
}>;
declare const served: ClientChannel<Omit<NoTypes, 'servers' | 'headers'> & {
  servers: readonly [
    { name: 'production'; variables: { region: string; port?: '80' | '443' } },
    { name: 'local'; variables: Record<string, never> },
  ];
  headers: { 'X-Trace': string };
}>;
const headers = { 'X-Trace': '1' };
const login = { username: 'Ada', password: '' };
export const used: unknown[] = [market, safe, open, served, headers, login, chat, news, strict, connect, isTrue, url, credentials, parameters];
export type Used = [Same<1, 1>, ClientStatus, PostedClientError, NoticeMessage, PostMessage, Price];
`;

const compiles: Readonly<Record<string, string>> = {
  'the minimal options': `connect(chat, { url, credentials, parameters });`,
  'only a URL for an open channel': `connect(news, { url });`,
  'a URL object': `connect(news, { url: new URL(url) });`,
  'a query of the contract': `connect(chat, { url, credentials, parameters, query: { audience: 'friends', limit: 5 } });`,
  'functions that return the token': `
    connect(chat, { url, parameters, credentials: { bearerAuth: () => 'token' } });
    connect(chat, { url, parameters, credentials: { bearerAuth: async () => 'token' } });`,
  'any one of two security schemes': `
    connect(strict, { url, query: { since: 'now' }, credentials: { bearerAuth: 'token' } });
    connect(strict, { url, query: { since: 'now' }, credentials: { adminAuth: 'token' } });
    connect(strict, { url, query: { since: 'now' }, credentials: { adminAuth: 'token', bearerAuth: 'token' } });`,
  'handlers whose message types are inferred': `
    connect(chat, { url, credentials, parameters, on: {
      post(message) { isTrue<Same<typeof message, PostMessage>>(); },
      async notice(message) { isTrue<Same<typeof message, NoticeMessage>>(); },
    } });`,
  'a loop over the union of the messages': `
    for await (const message of connect(chat, { url, credentials, parameters })) {
      isTrue<Same<typeof message, PostMessage | NoticeMessage>>();
      if (message.type === 'notice') isTrue<Same<typeof message.count, number>>();
    }`,
  'callbacks whose arguments are inferred': `
    connect(news, { url,
      onStatus(status) { isTrue<Same<typeof status, ClientStatus>>(); },
      onError(error) { isTrue<Same<typeof error, PostedClientError>>(); } });`,
  'sending a message of the contract': `connect(chat, { url, credentials, parameters }).send('say', { type: 'say', text: 'x' });`,
  'a user name and a password': `connect(safe, { url, credentials: { login } });`,
  'a function that returns a user name and a password': `connect(safe, { url, credentials: { login: async () => login } });`,
  'additional credentials for operations': `connect(safe, { url, credentials: { key: 'x', admin: () => 'token' } });`,
  'no credentials if the browser sends a cookie': `
    connect(open, { url });
    connect(open, { url, credentials: { session: 'x' } });
    connect(open, { url, credentials: { token: 'x' } });`,
  'the first server of the contract': `connect(served, { headers, variables: { region: 'eu', port: '443' } });`,
  'a server of the contract by name': `
    connect(served, { headers, server: 'local' });
    connect(served, { headers, server: 'production', variables: { region: 'eu' } });`,
  'a URL instead of a server': `connect(served, { url, headers });`,
  'a request, without its correlation id, and its reply': `
    const reply = await connect(market, { url }).request('quote', { type: 'ask', symbol: 'x' }, { timeoutMs: 1 });
    if (reply.message === 'price') isTrue<Same<typeof reply.payload, Price>>();
    const booked = await connect(market, { url }).request('book', { type: 'book', id: 7 });
    isTrue<Same<typeof booked.id, number>>();`,
  'functions that answer requests': `connect(market, { url, answer: {
      ping(message) { isTrue<Same<typeof message.type, 'probe'>>(); return { type: 'pong' }; },
      decide: async () => ({ message: 'no', payload: { type: 'no' } }),
    } });`,
  'a client in an await using declaration': `await using client = connect(news, { url }); used.push(client);`,
};

const rejected: Readonly<Record<string, string>> = {
  'no parameters': `connect(chat, { url, credentials });`,
  'an unknown parameter': `connect(chat, { url, credentials, parameters: { room: 'lobby', floor: '1' } });`,
  'a parameter of the wrong type': `connect(chat, { url, credentials, parameters: { room: 1 } });`,
  'parameters for a channel without any': `connect(news, { url, parameters: { room: 'lobby' } });`,
  'a wrong query value': `connect(chat, { url, credentials, parameters, query: { audience: 'nobody' } });`,
  'an unknown name in the query': `connect(chat, { url, credentials, parameters, query: { since: 'now' } });`,
  'a query for a channel without one': `connect(news, { url, query: { audience: 'friends' } });`,
  'no query if it is required': `connect(strict, { url, credentials });`,
  'no credentials': `connect(chat, { url, parameters });`,
  'credentials of an unknown scheme': `connect(chat, { url, parameters, credentials: { basicAuth: 'x' } });`,
  'credentials of no scheme': `connect(strict, { url, query: { since: 'now' }, credentials: {} });`,
  'credentials for a channel without any': `connect(news, { url, credentials });`,
  'a token that is not a string': `connect(chat, { url, parameters, credentials: { bearerAuth: 17 } });`,
  'a handler for an unknown message': `connect(news, { url, on: { notice() {} } });`,
  'a handler for an unknown message beside a known one': `connect(news, { url, on: { post() {}, notice() {} } });`,
  'a handler that takes another message': `connect(news, { url, on: { post(message: NoticeMessage) { used.push(message); } } });`,
  'sending an unknown message': `connect(chat, { url, credentials, parameters }).send('shout', { type: 'say', text: 'x' });`,
  'sending a wrong message': `connect(chat, { url, credentials, parameters }).send('say', { type: 'say' });`,
  'sending to a channel that receives nothing': `connect(strict, { url, query: { since: 'now' }, credentials }).send('post', { type: 'post', text: '' });`,
  'no URL': `connect(news, {});`,
  'a URL and a server': `connect(served, { url, headers, server: 'local' });`,
  'a URL and variables': `connect(served, { url, headers, variables: { region: 'eu' } });`,
  'an unknown server': `connect(served, { headers, server: 'staging' });`,
  'a server for a channel without any': `connect(news, { server: 'local' });`,
  'no variables if one is required': `connect(served, { headers });`,
  'a variable with an unknown value': `connect(served, { headers, variables: { region: 'eu', port: '8080' } });`,
  'variables of another server': `connect(served, { headers, server: 'local', variables: { region: 'eu' } });`,
  'no headers if one is required': `connect(served, { server: 'local' });`,
  'headers for a channel without any': `connect(news, { url, headers });`,
  'a string instead of a user name and a password': `connect(safe, { url, credentials: { login: 'Ada:' } });`,
  'only credentials for operations': `connect(safe, { url, credentials: { admin: 'token' } });`,
  'a request of an operation without a reply': `void connect(market, { url }).request('ping', { type: 'probe' });`,
  'a request with a wrong message': `void connect(market, { url }).request('quote', { type: 'ask' });`,
  'a request on a channel without any': `void connect(news, { url }).request('post', { type: 'post', text: '' });`,
  'sending a request with send': `connect(market, { url }).send('ask', { type: 'ask', symbol: 'x', meta: { id: '' } });`,
  'an answer function for an unknown operation': `connect(market, { url, answer: { quote: () => ({ type: 'pong' }) } });`,
  'a wrong reply': `connect(market, { url, answer: { ping: () => ({ type: 'ping' }) } });`,
  'a reply that names another message': `connect(market, { url, answer: { decide: () => ({ message: 'yes', payload: { type: 'no' } }) } });`,
  'answer functions for a channel without requests': `connect(news, { url, answer: { post: () => 1 } });`,
  'an unknown option': `connect(news, { url, reconect: false });`,
};

const fileOf = (title: string) => `${title.replaceAll(' ', '-')}.ts`;

describe('the types of connect', () => {
  const folder = mkdtempSync(join(tmpdir(), 'posted-types-'));
  let report = '';

  beforeAll(() => {
    for (const [title, code] of Object.entries({ ...compiles, ...rejected })) {
      writeFileSync(join(folder, fileOf(title)), `${preamble}\n${code}\n`);
    }
    const typeRoots = [join(root, 'node_modules/@types')];
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: { typeRoots, rewriteRelativeImportExtensions: false },
        include: ['*.ts'],
      }),
    );
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '--pretty', 'false', '-p', '.'], {
      cwd: folder,
      encoding: 'utf8',
    });
    report = stdout;
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const errorsOf = (title: string) =>
    report.split('\n').filter((line) => line.startsWith(`${fileOf(title)}(`));

  it.each(Object.keys(compiles))('allow %s', (title) => {
    expect(errorsOf(title)).toEqual([]);
  });

  it.each(Object.keys(rejected))('reject %s', (title) => {
    expect(errorsOf(title)).toEqual([expect.stringContaining('error TS')]);
  });
});
