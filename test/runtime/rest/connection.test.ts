import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { answerOf, connectRaw, parseResponse, type RawClient, startRest } from './rest-server.ts';

const invalidHttp = [400, 'invalid_request: The request is not valid HTTP/1.1.'];
const invalidTarget = [400, 'invalid_request: The request target or the header Host is not valid.'];
const upload = 'POST /note/create HTTP/1.1\r\nHost: a\r\n';
const remove = 'PUT /note/delete/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer of.a\r\n';

async function finalAnswer(client: RawClient) {
  return answerOf(parseResponse(await client.end));
}

describe('a connection', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n', invalidHttp],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00', invalidHttp],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', invalidHttp],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n', invalidHttp],
    ['two lengths', `${upload}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, invalidHttp],
    [
      'a length beside chunks',
      `${upload}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      invalidHttp,
    ],
    ['a length that is none', `${upload}Content-Length: -1\r\n\r\n`, invalidHttp],
    ['a bad chunk', `${upload}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, invalidHttp],
    ['a bad host', 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', invalidTarget],
    ['a backslash in the path', 'GET /a\\b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', invalidTarget],
    [
      'two hosts',
      'GET /note/get/a HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
      invalidTarget,
    ],
    [
      'two tokens',
      `${remove}Authorization: Bearer of.b\r\nConnection: close\r\n\r\n`,
      [401, 'unauthorized: A bearer token is missing. Send it as Authorization: Bearer <token>.'],
    ],
    [
      'two types of one body',
      `${upload}Content-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 13\r\nConnection: close\r\n\r\n{"text":"hi"}`,
      [415, 'unsupported_media_type: The body must have Content-Type: application/json.'],
    ],
    [
      'an absolute target that is none',
      'GET http:// HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      invalidTarget,
    ],
  ])('that sends %s is answered, then closed', async (_what, text, answer) => {
    const { port } = await startRest();
    const client = await connectRaw(port);
    client.send(text);
    expect(await finalAnswer(client)).toEqual(answer);
  });

  it('that sends HTTP/1.1 without Host is refused', async () => {
    const { port } = await startRest();
    const client = await connectRaw(port);
    client.send('GET /note/get/a HTTP/1.1\r\n\r\n');
    expect(await client.end).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('of HTTP/1.0 is served without Host', async () => {
    const { port } = await startRest();
    const client = await connectRaw(port);
    client.send('GET /note/get/a HTTP/1.0\r\n\r\n');
    expect(await finalAnswer(client)).toEqual([200, { text: 'a' }]);
  });

  it('that sends a token of 1 MB is answered with 431', async () => {
    const { url } = await startRest();
    const headers = { Authorization: `Bearer ${'a'.repeat(1_000_000)}` };
    const response = await fetch(`${url}/note/delete/a`, { method: 'PUT', headers });
    expect(await answerOf(response)).toEqual([
      431,
      'too_large: The headers must not be larger than 16384 bytes.',
    ]);
    expect((await fetch(`${url}/note/get/a`)).status).toBe(200);
  });

  it('that goes on sending what was refused is not reset, which could overtake the answer', async () => {
    const { port } = await startRest();
    const client = await connectRaw(port, { allowHalfOpen: true });
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}`);
    await client.until(/^HTTP\/1\.1 431 /);
    client.send('a'.repeat(100_000));
    client.socket.end('\r\n\r\n');
    const [hadError] = await once(client.socket, 'close');
    expect(hadError).toBe(false);
  });

  it('that was refused is cut if the client does not close it', async () => {
    const { server, port } = await startRest();
    const client = await connectRaw(port, { allowHalfOpen: true });
    client.send('hello\r\n\r\n');
    await client.until(/^HTTP\/1\.1 400 /);
    const count = () => new Promise((resolve) => server.getConnections((_error, open) => resolve(open)));
    await expect.poll(count).toBe(0);
  });

  it('that is slow with its headers is answered with 408', async () => {
    const { port } = await startRest({ headersTimeoutMs: 40 });
    const client = await connectRaw(port);
    client.send('GET /note/get/a HTTP/1.1\r\nHost: a\r\n');
    expect(await finalAnswer(client)).toEqual([408, 'invalid_request: The request did not arrive in time.']);
  });

  it('that is slow with its body is answered with 408', async () => {
    const { port, completed } = await startRest({ headersTimeoutMs: 40, requestTimeoutMs: 80 });
    const client = await connectRaw(port);
    client.send(`${upload}Content-Length: 100\r\n\r\n{`);
    expect(await finalAnswer(client)).toEqual([408, 'invalid_request: The request did not arrive in time.']);
    await expect.poll(() => completed).toEqual([['createNote', 400]]);
  });

  it.each([
    ['of a declared length', `${upload}Content-Length: 100\r\n\r\n{`],
    ['in chunks', `${upload}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`],
  ])('that is cut in the middle of a body %s ends that request alone', async (_what, text) => {
    const { server, port, url, completed, logged } = await startRest();
    const client = await connectRaw(port);
    client.send(text);
    await once(server, 'request');
    client.socket.resetAndDestroy();
    await expect.poll(() => completed).toEqual([['createNote', 400]]);
    expect((await fetch(`${url}/note/get/a`)).status).toBe(200);
    expect(logged.filter(([level]) => level === 'error')).toEqual([]);
  });

  it('that is cut while the handler works drops the response and nothing else', async () => {
    const { promise: gone, resolve: leave } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { port, url, completed, logged } = await startRest({
      handlers: {
        getFirstNote: async () => {
          begin();
          await gone;
          return { text: 'late' };
        },
      },
    });
    const client = await connectRaw(port);
    client.send('GET /note/get/first HTTP/1.1\r\nHost: a\r\n\r\n');
    await begun;
    client.socket.resetAndDestroy();
    await client.end;
    leave();
    await expect.poll(() => completed).toEqual([['getFirstNote', 200]]);
    expect((await fetch(`${url}/note/get/a`)).status).toBe(200);
    expect(logged.filter(([level]) => level === 'error')).toEqual([]);
  });

  it('that breaks HTTP while a request is at work crashes nothing', async () => {
    const { promise: gone, resolve: leave } = Promise.withResolvers<void>();
    const { port, url, server } = await startRest({
      handlers: { getFirstNote: () => gone.then(() => ({ text: 'late' })) },
    });
    const client = await connectRaw(port);
    client.send('GET /note/get/first HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(server, 'request');
    client.send('hello\r\n\r\n');
    await client.until(/^HTTP\/1\.1 400 /);
    leave();
    await client.end;
    expect((await fetch(`${url}/note/get/a`)).status).toBe(200);
  });

  it('is kept for the next request after a body that the contract does not have', async () => {
    const { port } = await startRest();
    const client = await connectRaw(port);
    client.send(`${remove}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`);
    await client.until(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n$/s);
    client.send(`${remove}Content-Length: 0\r\n\r\n`);
    await client.until(/(?:HTTP\/1\.1 200 OK\r\n.*){2}\r\n\r\n$/s);
    client.send('GET /note/get/b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(await client.end).toMatch(/\{"text":"b"\}$/);
  });

  it('that never ends a body that the contract does not have is closed', async () => {
    const { port } = await startRest();
    const client = await connectRaw(port);
    client.send(remove);
    client.send('Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n');
    expect(await finalAnswer(client)).toEqual([200, undefined]);
  });

  it('that asks for an upgrade which nobody offers is served over HTTP/1.1', async () => {
    const { server, port } = await startRest();
    server.on('upgrade', (_request, socket) => socket.end('upgraded'));
    const ask = async (protocol: string) => {
      const client = await connectRaw(port);
      client.send('GET /note/get/a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\n');
      client.send(`Upgrade: ${protocol}\r\n\r\n`);
      return client.end;
    };
    expect(await ask('h2c')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(await ask('WebSocket')).toBe('upgraded');
    server.removeAllListeners('upgrade');
    expect(await ask('websocket')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});
