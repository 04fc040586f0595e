import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { PostMessage } from '../../../generated/asyncapi/models.ts';
import { type ChatServerOptions, startChatServer } from '../../runtime/client/chat-server.ts';
import { soon } from '../../runtime/client/soon.ts';
import { startClient } from './client-process.ts';

const author = '7b1f0f54-65a7-4c1e-9a36-0c5c1f3f8a11';

function post(postText: string): string {
  const payload = { postId: '1d535fd6-7521-4cb1-aa6d-031be7123c4d', postText, author_user_id: author };
  return JSON.stringify({ type: 'post', payload } satisfies PostMessage);
}

const errorBody = (message: string) => JSON.stringify({ message, request_id: '1', code: 'unauthorized' });

/** Answers POST /login with each of the answers in turn, and keeps what was asked. */
function login(...answers: readonly (readonly [status: number, body: string])[]) {
  const asked: unknown[] = [];
  const onRequest: ChatServerOptions['onRequest'] = async (request, response) => {
    asked.push([request.method, request.url, request.headers['content-type'], await json(request)]);
    const [status, body] = answers[asked.length - 1] ?? answers[0] ?? [500, ''];
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  };
  return { asked, onRequest };
}

describe('the test client', () => {
  it('prints each message as a line with time, type, author and text', async () => {
    const server = await startChatServer();
    const { output } = startClient([server.url, 'token']);
    const connection = await server.nextConnection();
    connection.send(post('The swallows are back.'));
    connection.send(post('Grüße 👩‍🚀'));
    const time = String.raw`\d\d:\d\d:\d\d`;
    await expect
      .poll(() => output.stdout, soon)
      .toMatch(
        new RegExp(`^${time} post ${author} The swallows are back.\n${time} post ${author} Grüße 👩‍🚀\n$`),
      );
    expect(output.stderr).toBe(`connected to ${new URL(server.url).host}\n`);
  });

  it('shows what would steer the terminal', async () => {
    const server = await startChatServer();
    const { output } = startClient([server.url, 'token']);
    (await server.nextConnection()).send(post('\u001b[2Ja\nb\rc\td\u0007\u009b1m\u2028\u202eabc'));
    await expect
      .poll(() => output.stdout, soon)
      .toContain(String.raw` \u{001b}[2Ja\nb\rc\td\u{0007}\u{009b}1m\u{2028}\u{202e}abc`);
  });

  it('prints messages as they are with --json', async () => {
    const server = await startChatServer();
    const { output } = startClient([server.url, 'token', '--json']);
    const connection = await server.nextConnection();
    const frames = [post('one'), post('\u001b[2J\n')];
    for (const frame of frames) connection.send(frame);
    await expect.poll(() => output.stdout, soon).toBe(frames.map((frame) => `${frame}\n`).join(''));
  });

  it.each([
    ['', '/post/feed/posted'],
    ['/', '/post/feed/posted'],
    ['/post/feed/posted', '/post/feed/posted'],
    ['/post/feed/posted/', '/post/feed/posted'],
    ['/api', '/api/post/feed/posted'],
  ])('takes a URL that ends with "%s"', async (path, expected) => {
    const server = await startChatServer();
    startClient([server.url + path, 'token']);
    await server.nextConnection();
    expect(server.handshakes[0]?.url).toBe(`${expected}?since=now`);
    expect(server.handshakes[0]?.headers.authorization).toBe('Bearer token');
  });

  it('asks for an audience', async () => {
    const server = await startChatServer();
    startClient([server.url, 'token', '--audience', 'friends']);
    await server.nextConnection();
    expect(server.handshakes[0]?.url).toBe('/post/feed/posted?audience=friends&since=now');
  });

  it('takes the token from the environment', async () => {
    const server = await startChatServer();
    startClient([server.url], { POSTED_TOKEN: 'from-the-environment' });
    await server.nextConnection();
    expect(server.handshakes[0]?.headers.authorization).toBe('Bearer from-the-environment');
  });

  it('says that it has lost the connection, and connects again', async () => {
    const server = await startChatServer();
    const { output } = startClient([server.url, 'token']);
    (await server.nextConnection()).close(1012, 'the server restarts');
    (await server.nextConnection()).send(post('again'));
    await expect.poll(() => output.stdout, soon).toContain('again');
    expect(output.stderr).toMatch(
      /^connected to .*\nThe connection was closed with 1012: the server restarts\. Attempt 1 follows in 0\.\d s\.\nconnected to .*\n$/,
    );
  });

  it('reports a frame that breaks the contract, and goes on', async () => {
    const server = await startChatServer();
    const { output } = startClient([server.url, 'token']);
    const connection = await server.nextConnection();
    connection.send('{"type":"post"}');
    connection.send(post('after'));
    await expect.poll(() => output.stdout, soon).toContain('after');
    expect(output.stderr).toContain('A message post breaks the contract');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends with 0 at %s, and says goodbye', async (signal) => {
    const server = await startChatServer();
    const client = startClient([server.url, 'token']);
    const connection = await server.nextConnection();
    const closed = new Promise((resolve) => connection.on('close', resolve));
    await expect.poll(() => client.output.stderr, soon).toContain('connected');
    client.process.kill(signal);
    expect(await client.exit).toBe(0);
    expect(await closed).toBe(1000);
  });

  it('ends with 0 when the server says that it is done', async () => {
    const server = await startChatServer();
    const client = startClient([server.url, 'token']);
    const connection = await server.nextConnection();
    connection.send(post('last'));
    connection.close(1000);
    expect(await client.exit).toBe(0);
    expect(client.output.stdout).toContain('last');
  });

  it('ends quietly when nobody reads what it prints', async () => {
    const server = await startChatServer();
    const client = startClient([server.url, 'token']);
    const connection = await server.nextConnection();
    client.process.stdout.destroy();
    connection.send(post('unread'));
    expect(await client.exit).toBe(0);
    expect(client.output.stderr).toMatch(/^connected to .*\n$/);
  });

  it('ends at SIGTERM also where its output is not taken', async () => {
    const server = await startChatServer();
    const client = startClient([server.url, 'token']);
    client.process.stdout.pause();
    const connection = await server.nextConnection();
    for (let count = 0; count < 500; count += 1) connection.send(post('x'.repeat(9_000)));
    await expect.poll(() => client.output.stderr, soon).toContain('connected');
    // Long enough for the pipe to be full.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const exited = new Promise((resolve) => client.process.on('exit', resolve));
    client.process.kill('SIGTERM');
    expect(await exited).toBe(0);
  });

  it('ends with 1 when it is refused, and says why', async () => {
    const server = await startChatServer({
      refuse: () => ({ status: 401, body: errorBody('The token has expired.') }),
    });
    const client = startClient([server.url, 'secret-token']);
    expect(await client.exit).toBe(1);
    expect(client.output).toEqual({
      stdout: '',
      stderr: 'The server refused the connection with HTTP 401: The token has expired.\n',
    });
  });

  it('ends with 1 when the connection is lost and must not come back', async () => {
    const server = await startChatServer();
    const client = startClient([server.url, 'token', '--no-reconnect']);
    (await server.nextConnection()).terminate();
    expect(await client.exit).toBe(1);
    expect(client.output.stderr).toMatch(/The connection was lost\.\n$/);
  });
});

describe('the test client that logs in', () => {
  const user = { id: author, password: 'correct horse' };
  const args = ['--id', user.id];
  const env = { POSTED_PASSWORD: user.password };

  it('gets its token from POST /login of the same server', async () => {
    const { asked, onRequest } = login([200, '{"token":"fresh"}']);
    const server = await startChatServer({ onRequest });
    startClient([`${server.url}/post/feed/posted`, ...args, '--password', user.password]);
    await server.nextConnection();
    expect(asked).toEqual([['POST', '/login', 'application/json', user]]);
    expect(server.handshakes[0]?.headers.authorization).toBe('Bearer fresh');
  });

  it('logs in again before each connection', async () => {
    const { onRequest } = login([200, '{"token":"first"}'], [200, '{"token":"second"}']);
    const server = await startChatServer({ onRequest });
    startClient([server.url, ...args], env);
    (await server.nextConnection()).close(4401);
    await server.nextConnection();
    expect(server.handshakes.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
    ]);
  });

  it('waits for a login that is not possible yet', async () => {
    const { onRequest } = login([503, errorBody('The server is busy.')], [200, '{"token":"fresh"}']);
    const server = await startChatServer({ onRequest });
    const { output } = startClient([server.url, ...args], env);
    await server.nextConnection();
    expect(output.stderr).toContain('The login failed with HTTP 503: The server is busy. Attempt 1 follows');
  });

  it.each([
    [401, errorBody('The password is wrong.'), 'The password is wrong.'],
    [404, errorBody('There is no such user.'), 'There is no such user.'],
    [404, '<html>', 'the answer is none of the contract'],
    [200, '{"tokens":[]}', 'the answer is none of the contract'],
  ])('ends with 1 after a login answered with HTTP %i and %s', async (status, body, said) => {
    const { onRequest } = login([status, body]);
    const server = await startChatServer({ onRequest });
    const client = startClient([server.url, ...args], env);
    expect(await client.exit).toBe(1);
    expect(client.output).toEqual({ stdout: '', stderr: `The login failed with HTTP ${status}: ${said}\n` });
    expect(server.handshakes).toHaveLength(0);
  });

  it('does not follow a redirect with the password', async () => {
    const other = login([200, '{"token":"stolen"}']);
    const thief = await startChatServer({ onRequest: other.onRequest });
    const server = await startChatServer({
      onRequest: (_request, response) =>
        void response.writeHead(307, { Location: `${thief.url.replace('ws', 'http')}/login` }).end(),
    });
    const client = startClient([server.url, ...args, '--no-reconnect'], env);
    expect(await client.exit).toBe(1);
    expect(other.asked).toEqual([]);
  });

  it('refuses an answer without end', async () => {
    const { onRequest } = login([200, `{"token":"${'x'.repeat(100_000)}"}`]);
    const server = await startChatServer({ onRequest });
    const client = startClient([server.url, ...args, '--no-reconnect'], env);
    expect(await client.exit).toBe(1);
    expect(client.output.stderr).toContain('the answer is too long');
  });
});
