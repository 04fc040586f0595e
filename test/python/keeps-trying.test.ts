import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChatServerOptions, startChatServer } from '../runtime/client/chat-server.ts';
import { frames } from '../runtime/client/resume-feed.ts';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { execute, type Line, pythonPath, reason, startProgram } from './python.ts';

const valuesOf = (lines: readonly Line[], key: string): readonly unknown[] =>
  lines.flatMap((line) => (line[key] === undefined ? [] : [line[key]]));

const isOpen = (lines: readonly Line[]) => lines.find(({ status }) => status === 'open');

/** The delays and reasons of the waits between attempts. */
const waitsOf = (lines: readonly Line[]) =>
  lines.flatMap(({ status, delay, error }) =>
    status === 'waiting' ? [{ delay: Number(delay), error: String(error) }] : [],
  );

/** What a redaction knows of a bearer token. */
const bearer = (token: string) => ({ headers: [['Authorization', `Bearer ${token}`]], secrets: [token] });

/** A server that gives one answer after the other to handshakes, and accepts those after them. */
async function startOddServer(answers: readonly ReturnType<NonNullable<ChatServerOptions['refuse']>>[]) {
  const left = [...answers];
  return await startChatServer({ refuse: () => left.shift() });
}

describe.skipIf(reason !== null)(`the Python client in trouble ${reason ?? ''}`, () => {
  let generated: GeneratedPackage;
  beforeAll(async () => {
    generated = await generatePackage('asyncapi.json', undefined, { install: false });
  });
  afterAll(() => generated?.remove());

  const start = (url: string, config: object = {}) =>
    startProgram('feed_app.py', generated.packages, { url, tokens: ['a-long-token'], ...config });

  async function run(program: readonly string[], ...values: readonly string[]): Promise<string> {
    const { stdout } = await execute(pythonPath(), ['-c', program.join('\n'), ...values], {
      env: { PYTHONPATH: generated.packages, PYTHONDONTWRITEBYTECODE: '1' },
    });
    return stdout;
  }

  it('ends whenever it is canceled while it connects again, and leaves nothing running', async () => {
    const { ended, lines } = startProgram('cancel_app.py', generated.packages, {});
    expect(await ended).toBe(0);
    expect(lines).toEqual([{ hanging: 0, canceled: 60, running: [] }]);
  });

  it('takes no answer as final once it has been open, and logs why it waits without its token', async () => {
    const body = JSON.stringify({ message: 'Authorization: Bearer a-long-token is unknown' });
    const refused = [404, 200, 302, 401, 403].map((status) => ({ status, body }));
    const cut = { raw: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: web' };
    const server = await startOddServer([undefined, ...refused, cut]);
    const { lines, waitFor, stderr } = start(server.url, { fixed: true });
    (await server.nextConnection()).close(1012);
    const last = await server.nextConnection();
    last.send(frames.plainPost('here'));
    await waitFor((seen) => seen.find(({ post }) => post === 'here'));
    const reasons = waitsOf(lines).map(({ error }) => error);
    expect(reasons).toEqual([
      'The connection was closed with 1012.',
      ...refused.map(
        ({ status }) =>
          `The server refused the connection with HTTP ${status}: Authorization: Bearer [credential] is unknown.`,
      ),
      expect.stringContaining('The server could not be reached'),
    ]);
    for (const [index, text] of reasons.entries())
      expect(stderr()).toContain(`${text} Attempt ${index + 1} follows in 0.0`);
    expect(stderr()).not.toContain('a-long-token');
    expect(valuesOf(lines, 'reported')).toEqual([]);
  });

  it.each([
    [false, ['slow_consumer', 'slow_consumer']],
    [true, []],
  ])(
    'reports that it was cut off for reading too slowly, unless it resumes (%s)',
    async (resume, reports) => {
      const server = await startChatServer();
      const { lines, waitFor } = start(server.url, { resume, work_seconds: 0.1, max_waiting_messages: 1 });
      const first = await server.nextConnection();
      const texts = ['1', '2', '3', '4'];
      for (const text of texts) first.send(frames.plainPost(text));
      await waitFor((seen) => seen.find(({ at_work }) => at_work));
      first.terminate();
      const second = await server.nextConnection();
      second.close(4420);
      const third = await server.nextConnection();
      await waitFor((seen) => (valuesOf(seen, 'post').length === texts.length ? true : undefined));
      third.terminate();
      await server.nextConnection();
      expect(valuesOf(lines, 'reported')).toEqual(reports);
    },
  );

  it('retries an unreachable server before its first connection', async () => {
    const server = await startOddServer([{ raw: '' }, { raw: 'nonsense' }]);
    const { lines, waitFor } = start(server.url);
    await waitFor(isOpen);
    expect(waitsOf(lines)).toHaveLength(2);
  });

  it('requests another token several times with growing pauses, until one is accepted', async () => {
    const rejected = { status: 401 };
    const server = await startOddServer([rejected, rejected, rejected, rejected]);
    const { lines, waitFor } = start(server.url, { tokens: ['stale', 'stale', 'stale', 'stale', 'fresh'] });
    await waitFor(isOpen);
    expect(server.handshakes.at(-1)?.headers.authorization).toBe('Bearer fresh');
    const [, second = 0, third = 0, fourth = 0] = waitsOf(lines).map(({ delay }) => delay);
    expect(second).toBeGreaterThanOrEqual(0.01);
    expect(third).toBeGreaterThanOrEqual(0.02);
    expect(fourth).toBeGreaterThanOrEqual(0.025);
  });

  it.each([
    ['retries what is final by default', true, true],
    ['ends after what is not', false, false],
    ['falls back to the default if it raises', 'raise', false],
  ])('asks should_retry, which %s', async (_, should_retry, opens) => {
    const status = should_retry === false ? 503 : 404;
    const server = await startOddServer([{ status }]);
    const { lines, waitFor } = start(server.url, { should_retry, count: 0 });
    await waitFor((seen) => (opens ? isOpen(seen) : seen.find(({ raised }) => raised === 'refused')));
    expect(lines).toContainEqual({ failed: 'refused', open: false, final: status === 404 });
    expect(valuesOf(lines, 'reported')).toEqual(
      should_retry === 'raise' ? ['handler', 'refused'] : opens ? [] : ['refused'],
    );
  });

  it('continues after a function of the application was canceled, and reports it', async () => {
    const server = await startChatServer();
    const { lines, waitFor } = start(server.url, { on_unknown: 'cancel', cancel_token: true, resume: false });
    const connection = await server.nextConnection();
    for (const sent of ['{"type":"poll"}', frames.plainPost('after')]) connection.send(sent);
    await waitFor((seen) => seen.find(({ post }) => post === 'after'));
    expect(waitsOf(lines)).toMatchObject([{ error: 'The function `auth.bearerAuth` failed.' }]);
    expect(valuesOf(lines, 'reported')).toEqual(['handler']);
  });

  it('survives a message that is nested too deeply while it renews its token', async () => {
    const program = [
      'import asyncio',
      'from posted_feed.channels import post_feed_posted as channel',
      'from posted_feed._runtime.credentials import Credentials',
      'from posted_feed._runtime.renewal import Renewal',
      'async def main():',
      '    renewal = Renewal(channel, Credentials(channel, lambda: "token"), 1.0)',
      '    renewal._answer = asyncio.get_running_loop().create_future()',
      '    print(renewal.take("[" * 100_000))',
      'asyncio.run(main())',
    ];
    expect(await run(program)).toBe('False\n');
  });

  it('ends with an error after a bug of its own, and so do loops that wait', async () => {
    const server = await startChatServer();
    const program = [
      'import asyncio, sys',
      'from unittest import mock',
      'from posted_feed import PostedClientError, connect_post_feed_posted',
      'async def main():',
      '    with mock.patch("posted_feed._runtime.connector.decode_message", side_effect=KeyError("bug")):',
      '        async with connect_post_feed_posted(sys.argv[1], auth="token") as feed:',
      '            try:',
      '                await asyncio.wait_for(feed.messages().__anext__(), 10)',
      '            except PostedClientError as error:',
      '                print(error.code, str(error), repr(error.__cause__), feed.status.value.state)',
      'asyncio.run(main())',
    ];
    const printed = run(program, server.url);
    (await server.nextConnection()).send(frames.plainPost('x'));
    expect(await printed).toBe("closed The client failed. KeyError('bug') closed\n");
  });

  it('tells a function which token is stale, if it has a parameter for it', async () => {
    const program = [
      'import asyncio',
      'from posted_feed.channels import post_feed_posted as channel',
      'from posted_feed._runtime.credentials import Credentials',
      'from posted_feed._runtime.token_source import TokenSource',
      'stale_tokens = []',
      'def get_token(stale=None):',
      '    stale_tokens.append(stale)',
      '    return f"t{len(stale_tokens)}"',
      'async def main():',
      '    credentials = Credentials(channel, get_token)',
      '    await credentials.next(1.0)',
      '    await credentials.next(1.0)',
      '    credentials.rejected()',
      '    await credentials.next(1.0)',
      '    shared = TokenSource(get_token)',
      '    await shared.get()',
      '    await shared.get("t4")',
      '    plain = Credentials(channel, lambda: "plain")',
      '    plain.rejected()',
      '    await plain.next(1.0)',
      '    print(stale_tokens, plain.token)',
      'asyncio.run(main())',
    ];
    expect(await run(program)).toBe("[None, None, 't2', None, 't4'] plain\n");
  });

  it('masks credentials where they were sent, and not what merely contains them', async () => {
    const key = { query: [['api_key', 'a b']], secrets: ['a b', 'a%20b', 'a+b'] };
    const cookie = { headers: [['Cookie', 'sid=c1; id=d2']], secrets: ['c1', 'd2'] };
    const long = 'abcdefghijklmnopqrstuvwx';
    const cases = [
      [bearer('a'), 'a bad day at a bank', 'a bad day at a bank'],
      [
        bearer('a'),
        'GET / Authorization: Bearer a, again',
        'GET / Authorization: Bearer [credential], again',
      ],
      [bearer('a'), 'the bearer a is not an account', 'the bearer [credential] is not an account'],
      [bearer('user'), 'users: no such user', 'users: no such [credential]'],
      [bearer(long), `the token x${long}y`, 'the token x[credential]y'],
      [key, 'GET /?api_key=a%20b&q=a', 'GET /?api_key=[credential]&q=a'],
      [key, 'GET /?api_key=a+', 'GET /?api_key=[credential]'],
      [cookie, 'Cookie: sid=c1; id=d2; d=c1', 'Cookie: [credential]; id=[credential]; d=c1'],
      [{}, 'proxy http://me:secret@localhost:1 failed', 'proxy http://[credential]@localhost:1 failed'],
    ] as const;
    const program = [
      'import json, sys',
      'from posted_feed._runtime.redaction import Redaction',
      'of = lambda sent: Redaction(sent.get("headers", ()), sent.get("query", ()), sent.get("secrets", ()))',
      'print(json.dumps([of(sent).apply(text) for sent, text, _ in json.loads(sys.argv[1])]))',
    ];
    expect(JSON.parse(await run(program, JSON.stringify(cases)))).toEqual(
      cases.map(([, , masked]) => masked),
    );
  });
});
