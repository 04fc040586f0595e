import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

const preamble = `
import { connect } from ${JSON.stringify(join(root, 'src/client/node.ts'))};
import type { ClientChannel, ClientStatus, PostedClientError } from ${JSON.stringify(join(root, 'src/client/index.ts'))};
import { chat, news, type NoticeMessage, type PostMessage } from ${JSON.stringify(join(root, 'test/client/chat-channel.ts'))};
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <Condition extends true>(): Condition | undefined => undefined;
const url = 'ws://localhost';
const credentials = { bearerAuth: 'token' };
const parameters = { room: 'lobby' };
declare const strict: ClientChannel<{
  credentials: { bearerAuth: 'bearer'; adminAuth: 'bearer' };
  parameters: Record<string, never>;
  query: { since: string };
  receives: { post: PostMessage };
  sends: Record<never, never>;
}>;
export const used: unknown[] = [chat, news, strict, connect, isTrue, url, credentials, parameters];
export type Used = [Same<1, 1>, ClientStatus, PostedClientError, NoticeMessage, PostMessage];
`;

const compiles: Readonly<Record<string, string>> = {
  'the least of options': `connect(chat, { url, credentials, parameters });`,
  'an open channel with a URL alone': `connect(news, { url });`,
  'a URL object': `connect(news, { url: new URL(url) });`,
  'a query of the contract': `connect(chat, { url, credentials, parameters, query: { audience: 'friends', limit: 5 } });`,
  'functions that give the token': `
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
  'a client that disposes of itself': `await using client = connect(news, { url }); used.push(client);`,
};

const refused: Readonly<Record<string, string>> = {
  'no parameters': `connect(chat, { url, credentials });`,
  'an unknown parameter': `connect(chat, { url, credentials, parameters: { room: 'lobby', floor: '1' } });`,
  'a parameter of the wrong type': `connect(chat, { url, credentials, parameters: { room: 1 } });`,
  'parameters where there are none': `connect(news, { url, parameters: { room: 'lobby' } });`,
  'a wrong query value': `connect(chat, { url, credentials, parameters, query: { audience: 'nobody' } });`,
  'an unknown name in the query': `connect(chat, { url, credentials, parameters, query: { since: 'now' } });`,
  'a query where there is none': `connect(news, { url, query: { audience: 'friends' } });`,
  'no query where it is required': `connect(strict, { url, credentials });`,
  'no credentials': `connect(chat, { url, parameters });`,
  'credentials of an unknown scheme': `connect(chat, { url, parameters, credentials: { basicAuth: 'x' } });`,
  'credentials of no scheme': `connect(strict, { url, query: { since: 'now' }, credentials: {} });`,
  'credentials where there are none': `connect(news, { url, credentials });`,
  'a token that is no text': `connect(chat, { url, parameters, credentials: { bearerAuth: 17 } });`,
  'a handler for an unknown message': `connect(news, { url, on: { notice() {} } });`,
  'a handler for an unknown message beside a known one': `connect(news, { url, on: { post() {}, notice() {} } });`,
  'a handler that takes another message': `connect(news, { url, on: { post(message: NoticeMessage) { used.push(message); } } });`,
  'sending an unknown message': `connect(chat, { url, credentials, parameters }).send('shout', { type: 'say', text: 'x' });`,
  'sending a wrong message': `connect(chat, { url, credentials, parameters }).send('say', { type: 'say' });`,
  'sending where the server takes nothing': `connect(strict, { url, query: { since: 'now' }, credentials }).send('post', { type: 'post', text: '' });`,
  'no URL': `connect(news, {});`,
  'an unknown option': `connect(news, { url, reconect: false });`,
};

const fileOf = (title: string) => `${title.replaceAll(' ', '-')}.ts`;

describe('the types of connect', () => {
  const folder = mkdtempSync(join(tmpdir(), 'posted-types-'));
  let report = '';

  beforeAll(() => {
    for (const [title, code] of Object.entries({ ...compiles, ...refused })) {
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

  it.each(Object.keys(refused))('refuse %s', (title) => {
    expect(errorsOf(title)).toEqual([expect.stringContaining('error TS')]);
  });
});
