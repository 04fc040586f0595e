import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

const preamble = `
import { connect } from ${JSON.stringify(join(root, 'src/runtime/client/node.ts'))};
import type { ClientChannel, ClientStatus, PostedClientError } from ${JSON.stringify(join(root, 'src/runtime/client/index.ts'))};
import { market, type Price, type Unknown } from ${JSON.stringify(join(root, 'test/runtime/client/market-channel.ts'))};
import { chat, news, type NoticeMessage, type NoTypes, type PlainClient, type PostMessage } from ${JSON.stringify(join(root, 'test/runtime/client/chat-channel.ts'))};
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <Condition extends true>(): Condition | undefined => undefined;
const url = 'ws://localhost';
const auth = 'token';
const params = { room: 'lobby' };
declare const strict: ClientChannel<PlainClient, Omit<NoTypes, 'credentials' | 'query'> & {
  credentials: { bearerAuth: 'bearer'; adminAuth: 'bearer' };
  query: { since: string };
}>;
declare const safe: ClientChannel<PlainClient, Omit<NoTypes, 'credentials' | 'operationCredentials'> & {
  credentials: { login: 'basic'; key: 'apiKey' };
  operationCredentials: { admin: 'bearer' };
}>;
declare const basic: ClientChannel<PlainClient, Omit<NoTypes, 'credentials'> & { credentials: { login: 'basic' } }>;
declare const open: ClientChannel<PlainClient, Omit<NoTypes, 'credentials' | 'operationCredentials'> & {
  credentials: { session: 'cookie'; token: 'bearer' };
  operationCredentials: object;
}>;
declare const page: ClientChannel<PlainClient, Omit<NoTypes, 'credentials'> & { credentials: { session: 'cookie' } }>;
declare const guarded: ClientChannel<PlainClient, Omit<NoTypes, 'operationCredentials'> & {
  operationCredentials: { admin: 'bearer' };
}>;
declare const served: ClientChannel<PlainClient, Omit<NoTypes, 'servers' | 'headers'> & {
  servers: readonly [
    { name: 'production'; variables: { region: string; port?: '80' | '443' } },
    { name: 'local'; variables: Record<string, never> },
  ];
  headers: { 'X-Trace': string };
}>;
const headers = { 'X-Trace': '1' };
const login = { username: 'Ada', password: '' };
export const used: unknown[] = [market, safe, basic, open, page, guarded, served, headers, login, chat, news, strict, connect, isTrue, url, auth, params];
export type Used = [Same<1, 1>, ClientStatus, PostedClientError, NoticeMessage, PostMessage, Price, Unknown];
`;

const compiles: Readonly<Record<string, string>> = {
  'the minimal options': `connect(chat, { url, auth, params });`,
  'only a URL for an open channel': `connect(news, { url });`,
  'a URL object': `connect(news, { url: new URL(url) });`,
  'a query of the contract': `connect(chat, { url, auth, params, query: { audience: 'friends', limit: 5 } });`,
  'functions that return the token': `
    connect(chat, { url, params, auth: () => 'token' });
    connect(chat, { url, params, auth: async () => 'token' });`,
  'the only credential by name of its scheme': `
    connect(chat, { url, params, auth: { bearerAuth: 'token' } });
    connect(chat, { url, params, auth: { bearerAuth: async () => 'token' } });`,
  'any one of two security schemes': `
    connect(strict, { url, query: { since: 'now' }, auth: { bearerAuth: 'token' } });
    connect(strict, { url, query: { since: 'now' }, auth: { adminAuth: 'token' } });
    connect(strict, { url, query: { since: 'now' }, auth: { adminAuth: 'token', bearerAuth: 'token' } });`,
  'handlers whose message types are inferred': `
    const client = connect(chat, { url, auth, params });
    const stop = client.on.post((message) => { isTrue<Same<typeof message, PostMessage>>(); });
    isTrue<Same<typeof stop, () => void>>();
    client.on.notice(async (message) => { isTrue<Same<typeof message, NoticeMessage>>(); });`,
  'a loop over the union of the messages': `
    for await (const message of connect(chat, { url, auth, params }).messages({ signal: AbortSignal.timeout(1) })) {
      isTrue<Same<typeof message, PostMessage | NoticeMessage>>();
      if (message.type === 'notice') isTrue<Same<typeof message.count, number>>();
    }`,
  'callbacks whose arguments are inferred': `
    const client = connect(news, { url, onError(error) { isTrue<Same<typeof error, PostedClientError>>(); } });
    client.status.subscribe((status) => { isTrue<Same<typeof status, ClientStatus>>(); });
    isTrue<Same<typeof client.status.value, ClientStatus>>();
    isTrue<Same<typeof client.opened, Promise<void>>>();`,
  'sending the content of a message': `
    const client = connect(chat, { url, auth, params });
    client.say({ text: 'x' });
    client.say({ text: 'x' }, { whenOffline: 'wait' });`,
  'a user name and a password': `connect(safe, { url, auth: { login } });`,
  'a user name and a password for the only scheme': `
    connect(basic, { url, auth: login });
    connect(basic, { url, auth: async () => login });
    connect(basic, { url, auth: { login } });`,
  'a function that returns a user name and a password': `connect(safe, { url, auth: { login: async () => login } });`,
  'additional credentials for operations': `connect(safe, { url, auth: { key: 'x', admin: () => 'token' } });`,
  'optional credentials for operations': `
    connect(guarded, { url });
    connect(guarded, { url, auth: 'token' });
    connect(guarded, { url, auth: { admin: 'token' } });`,
  'no credentials if the browser sends a cookie': `
    connect(page, { url });
    connect(page, { url, auth: 'x' });
    connect(open, { url });
    connect(open, { url, auth: { session: 'x' } });
    connect(open, { url, auth: { token: 'x' } });`,
  'the first server of the contract': `connect(served, { headers, variables: { region: 'eu', port: '443' } });`,
  'a server of the contract by name': `
    connect(served, { headers, server: 'local' });
    connect(served, { headers, server: 'production', variables: { region: 'eu' } });`,
  'a URL instead of a server': `connect(served, { url, headers });`,
  'a request, without its correlation id, and its reply': `
    const answer = await connect(market, { url }).quote({ symbol: 'x' }, { timeoutMs: 1, whenOffline: 'wait' });
    isTrue<Same<typeof answer.type, 'price' | 'unknown'>>();
    if (answer.is('price')) isTrue<Same<typeof answer.cents, number>>();
    else isTrue<Same<typeof answer.type, 'unknown'>>();
    if (answer.type === 'price') isTrue<Same<typeof answer.cents, number>>();
    const booked = await connect(market, { url }).book({});
    isTrue<Same<typeof booked.id, number>>();`,
  'functions that answer requests': `connect(market, { url, answer: {
      ping(message) { isTrue<Same<typeof message.type, 'probe'>>(); return {}; },
      decide: async (message, { reply }) => message.type === 'choose' ? reply.no({}) : reply.yes({}),
    } });`,
  'a client in an await using declaration': `await using client = connect(news, { url }); used.push(client);`,
};

const rejected: Readonly<Record<string, string>> = {
  'no params': `connect(chat, { url, auth });`,
  'an unknown parameter': `connect(chat, { url, auth, params: { room: 'lobby', floor: '1' } });`,
  'a parameter of the wrong type': `connect(chat, { url, auth, params: { room: 1 } });`,
  'params for a channel without any': `connect(news, { url, params: { room: 'lobby' } });`,
  'a wrong query value': `connect(chat, { url, auth, params, query: { audience: 'nobody' } });`,
  'an unknown name in the query': `connect(chat, { url, auth, params, query: { since: 'now' } });`,
  'a query for a channel without one': `connect(news, { url, query: { audience: 'friends' } });`,
  'no query if it is required': `connect(strict, { url, auth: { bearerAuth: 'token' } });`,
  'no credentials': `connect(chat, { url, params });`,
  'credentials of an unknown scheme': `connect(chat, { url, params, auth: { basicAuth: 'x' } });`,
  'credentials of no scheme': `connect(strict, { url, query: { since: 'now' }, auth: {} });`,
  'a credential without its name beside another scheme': `connect(strict, { url, query: { since: 'now' }, auth });`,
  'credentials for a channel without any': `connect(news, { url, auth });`,
  'a token that is not a string': `connect(chat, { url, params, auth: 17 });`,
  'a handler for an unknown message': `connect(news, { url }).on.notice(() => {});`,
  'a handler that takes another message': `connect(news, { url }).on.post((message: NoticeMessage) => used.push(message));`,
  'an unknown operation': `connect(chat, { url, auth, params }).shout({ text: 'x' });`,
  'content without a property': `connect(chat, { url, auth, params }).say({});`,
  'content with a constant': `connect(chat, { url, auth, params }).say({ type: 'say', text: 'x' });`,
  'content for a message without any': `void connect(market, { url }).count({ total: 1 });`,
  'sending on a channel that receives nothing': `connect(news, { url }).post({ text: '' });`,
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
  'a string instead of a user name and a password': `connect(safe, { url, auth: { login: 'Ada:' } });`,
  'only credentials for operations': `connect(safe, { url, auth: { admin: 'token' } });`,
  'a request with wrong content': `void connect(market, { url }).quote({});`,
  'a time limit for a message without a reply': `connect(chat, { url, auth, params }).say({ text: 'x' }, { timeoutMs: 1 });`,
  'an unknown value of whenOffline': `connect(chat, { url, auth, params }).say({ text: 'x' }, { whenOffline: 'queue' });`,
  'a property of only one of two answers': `(await connect(market, { url }).quote({ symbol: 'x' })).cents;`,
  'the name of a message that is not an answer': `(await connect(market, { url }).quote({ symbol: 'x' })).is('booked');`,
  'an answer function for an unknown operation': `connect(market, { url, answer: { quote: () => ({}) } });`,
  'a wrong reply': `connect(market, { url, answer: { ping: () => 17 } });`,
  'a reply without its name': `connect(market, { url, answer: { decide: () => ({}) } });`,
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
