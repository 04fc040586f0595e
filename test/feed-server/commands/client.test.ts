import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { PostLikedMessage, PostMessage } from '../../../generated/asyncapi/models.ts';
import { type ChatServerOptions, startChatServer } from '../../runtime/client/chat-server.ts';
import { soon } from '../../runtime/client/soon.ts';
import { startClient } from './client-process.ts';

const author = '7b1f0f54-65a7-4c1e-9a36-0c5c1f3f8a11';

function post(postText: string): string {
  const payload = { postId: '1d535fd6-7521-4cb1-aa6d-031be7123c4d', postText, author_user_id: author };
  return JSON.stringify({ type: 'post', payload } satisfies PostMessage);
}

const errorBody = (message: string) => JSON.stringify({ message, request_id: '1', code: 'unauthorized' });

/** Responds to POST /login with each of the responses in turn, and records the requests. */
function login(...responses: readonly (readonly [status: number, body: string])[]) {
  const requests: unknown[] = [];
  const onRequest: ChatServerOptions['onRequest'] = async (request, response) => {
    requests.push([request.method, request.url, request.headers['content-type'], await json(request)]);
    const [status, body] = responses[requests.length - 1] ?? responses[0] ?? [500, ''];
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  };
  return { requests, onRequest };
}

describe('the test client', () => {
  it('prints a line per message with time, type, author and text', async () => {
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

  it('escapes characters that could control the terminal', async () => {
    const server = await startChatServer();
    const { output } = startClient([server.url, 'token']);
    (await server.nextConnection()).send(post('\u001b[2Ja\nb\rc\td\u0007\u009b1m\u2028\u202eabc'));
    await expect
      .poll(() => output.stdout, soon)
      .toContain(String.raw` \u{001b}[2Ja\nb\rc\td\u{0007}\u{009b}1m\u{2028}\u{202e}abc`);
  });

  it('prints messages as JSON with --json', async () => {
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
  ])('accepts a URL that ends with "%s"', async (path, expected) => {
    const server = await startChatServer();
    startClient([server.url + path, 'token']);
    await server.nextConnection();
    expect(server.handshakes[0]?.url).toBe(`${expected}?since=now&window=256`);
    expect(server.handshakes[0]?.headers.authorization).toBe('Bearer token');
  });

  it('requests an audience and events', async () => {
    const server = await startChatServer();
    startClient([server.url, 'token', '--audience', 'friends', '--events', 'posts,likes']);
    await server.nextConnection();
    expect(server.handshakes[0]?.url).toBe(
      '/post/feed/posted?audience=friends&events=posts%2Clikes&since=now&window=256',
    );
  });

  it('prints other messages with everything that they have', async () => {
    const server = await startChatServer();
    const { output } = startClient([server.url, 'token', '--events', 'likes']);
    const payload = { postId: '1d535fd6-7521-4cb1-aa6d-031be7123c4d', user_id: author, likes: 3 };
    (await server.nextConnection()).send(
      JSON.stringify({ type: 'post_liked', payload } satisfies PostLikedMessage),
    );
    await expect
      .poll(() => output.stdout, soon)
      .toMatch(new RegExp(` post_liked ${payload.postId} ${author} 3\n$`));
  });

  it('reads the token from the environment', async () => {
    const server = await startChatServer();
    startClient([server.url], { POSTED_TOKEN: 'from-the-environment' });
    await server.nextConnection();
    expect(server.handshakes[0]?.headers.authorization).toBe('Bearer from-the-environment');
  });

  it('reports a lost connection and reconnects', async () => {
    const server = await startChatServer();
    const { output } = startClient([server.url, 'token']);
    (await server.nextConnection()).close(1012, 'the server restarts');
    (await server.nextConnection()).send(post('again'));
    await expect.poll(() => output.stdout, soon).toContain('again');
    expect(output.stderr).toMatch(
      /^connected to .*\nThe connection was closed with 1012: the server restarts\. Attempt 1 in 0\.\d s\.\nconnected to .*\n$/,
    );
  });

  it('reports a message that breaks the contract and continues', async () => {
    const server = await startChatServer();
    const { output } = startClient([server.url, 'token']);
    const connection = await server.nextConnection();
    connection.send('{"type":"post"}');
    connection.send(post('after'));
    await expect.poll(() => output.stdout, soon).toContain('after');
    expect(output.stderr).toContain('The message post breaks the contract');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('closes the connection and exits with 0 on %s', async (signal) => {
    const server = await startChatServer();
    const client = startClient([server.url, 'token']);
    const connection = await server.nextConnection();
    const closed = new Promise((resolve) => connection.on('close', resolve));
    await expect.poll(() => client.output.stderr, soon).toContain('connected');
    client.process.kill(signal);
    expect(await client.exit).toBe(0);
    expect(await closed).toBe(1000);
  });

  it('exits with 0 when the server closes normally', async () => {
    const server = await startChatServer();
    const client = startClient([server.url, 'token']);
    const connection = await server.nextConnection();
    connection.send(post('last'));
    connection.close(1000);
    expect(await client.exit).toBe(0);
    expect(client.output.stdout).toContain('last');
  });

  it('exits silently when its output is closed', async () => {
    const server = await startChatServer();
    const client = startClient([server.url, 'token']);
    const connection = await server.nextConnection();
    client.process.stdout.destroy();
    connection.send(post('unread'));
    expect(await client.exit).toBe(0);
    expect(client.output.stderr).toMatch(/^connected to .*\n$/);
  });

  it('exits on SIGTERM even if its output is not read', async () => {
    const server = await startChatServer();
    const client = startClient([server.url, 'token']);
    client.process.stdout.pause();
    const connection = await server.nextConnection();
    for (let count = 0; count < 500; count += 1) connection.send(post('x'.repeat(9_000)));
    await expect.poll(() => client.output.stderr, soon).toContain('connected');
    // Long enough to fill the pipe.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const exited = new Promise((resolve) => client.process.on('exit', resolve));
    client.process.kill('SIGTERM');
    expect(await exited).toBe(0);
  });

  it('exits with 1 and the reason when it is refused', async () => {
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

  it('exits with 1 when the connection is lost, with --no-reconnect', async () => {
    const server = await startChatServer();
    const client = startClient([server.url, 'token', '--no-reconnect']);
    (await server.nextConnection()).terminate();
    expect(await client.exit).toBe(1);
    expect(client.output.stderr).toMatch(/The connection was lost\.\n$/);
  });
});

describe('the test client with --id', () => {
  const user = { id: author, password: 'correct horse' };
  const args = ['--id', user.id];
  const env = { POSTED_PASSWORD: user.password };

  it('gets a token from POST /login of the same server', async () => {
    const { requests, onRequest } = login([200, '{"token":"a.fresh.token"}']);
    const server = await startChatServer({ onRequest });
    startClient([`${server.url}/post/feed/posted`, ...args, '--password', user.password]);
    await server.nextConnection();
    expect(requests).toEqual([['POST', '/login', 'application/json', user]]);
    expect(server.handshakes[0]?.headers.authorization).toBe('Bearer a.fresh.token');
  });

  it('logs in again before each connection', async () => {
    const { onRequest } = login([200, '{"token":"the.first.token"}'], [200, '{"token":"the.second.token"}']);
    const server = await startChatServer({ onRequest });
    startClient([server.url, ...args], env);
    (await server.nextConnection()).close(4401);
    await server.nextConnection();
    expect(server.handshakes.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer the.first.token',
      'Bearer the.second.token',
    ]);
  });

  it('retries while the login is unavailable', async () => {
    const { onRequest } = login([503, errorBody('The server is busy.')], [200, '{"token":"a.fresh.token"}']);
    const server = await startChatServer({ onRequest });
    const { output } = startClient([server.url, ...args], env);
    await server.nextConnection();
    expect(output.stderr).toContain('The login failed with HTTP 503: The server is busy. Attempt 1 in');
  });

  it.each([
    [401, errorBody('The password is wrong.'), 'The password is wrong.'],
    [404, errorBody('There is no such user.'), 'There is no such user.'],
    [404, '<html>', 'the response breaks the contract'],
    [200, '{"tokens":[]}', 'the response breaks the contract'],
  ])('exits with 1 after a login response with HTTP %i and %s', async (status, body, reason) => {
    const { onRequest } = login([status, body]);
    const server = await startChatServer({ onRequest });
    const client = startClient([server.url, ...args], env);
    expect(await client.exit).toBe(1);
    expect(client.output).toEqual({
      stdout: '',
      stderr: `The login failed with HTTP ${status}: ${reason}\n`,
    });
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
    expect(other.requests).toEqual([]);
  });

  it('refuses a login response that is too large', async () => {
    const { onRequest } = login([200, `{"token":"${'x'.repeat(100_000)}"}`]);
    const server = await startChatServer({ onRequest });
    const client = startClient([server.url, ...args, '--no-reconnect'], env);
    expect(await client.exit).toBe(1);
    expect(client.output.stderr).toContain('the response is too large');
  });
});
