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
    ['something other than HTTP', 'hello\r\n\r\n', invalidHttp],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00', invalidHttp],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', invalidHttp],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n', invalidHttp],
    ['two lengths', `${upload}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, invalidHttp],
    ['a length and chunks', `${upload}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, invalidHttp],
    ['an invalid length', `${upload}Content-Length: -1\r\n\r\n`, invalidHttp],
    ['an invalid chunk', `${upload}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, invalidHttp],
    ['an invalid host', 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', invalidTarget],
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
      'two types of a body',
      `${upload}Content-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 13\r\nConnection: close\r\n\r\n{"text":"hi"}`,
      [415, 'unsupported_media_type: The body must have Content-Type: application/json.'],
    ],
    [
      'an invalid absolute target',
      'GET http:// HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      invalidTarget,
    ],
  ])('that sends %s gets a response and is closed', async (_title, text, answer) => {
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

  it('that uses HTTP/1.0 is served without Host', async () => {
    const { port } = await startRest();
    const client = await connectRaw(port);
    client.send('GET /note/get/a HTTP/1.0\r\n\r\n');
    expect(await finalAnswer(client)).toEqual([200, { text: 'a' }]);
  });

  it('that sends a token of 1 MB gets 431', async () => {
    const { url } = await startRest();
    const headers = { Authorization: `Bearer ${'a'.repeat(1_000_000)}` };
    const response = await fetch(`${url}/note/delete/a`, { method: 'PUT', headers });
    expect(await answerOf(response)).toEqual([
      431,
      'too_large: The headers must not be larger than 16384 bytes.',
    ]);
    expect((await fetch(`${url}/note/get/a`)).status).toBe(200);
  });

  it('that continues to send a refused request is not reset, which could overtake the response', async () => {
    const { port } = await startRest();
    const client = await connectRaw(port, { allowHalfOpen: true });
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}`);
    await client.until(/^HTTP\/1\.1 431 /);
    client.send('a'.repeat(100_000));
    client.socket.end('\r\n\r\n');
    const [hadError] = await once(client.socket, 'close');
    expect(hadError).toBe(false);
  });

  it('that was refused is destroyed if the client does not close it', async () => {
    const { server, port } = await startRest();
    const client = await connectRaw(port, { allowHalfOpen: true });
    client.send('hello\r\n\r\n');
    await client.until(/^HTTP\/1\.1 400 /);
    const count = () => new Promise((resolve) => server.getConnections((_error, open) => resolve(open)));
    await expect.poll(count).toBe(0);
  });

  it('that is slow to send its headers gets 408', async () => {
    const { port } = await startRest({ headersTimeoutMs: 40 });
    const client = await connectRaw(port);
    client.send('GET /note/get/a HTTP/1.1\r\nHost: a\r\n');
    expect(await finalAnswer(client)).toEqual([408, 'invalid_request: The request did not arrive in time.']);
  });

  it('that is slow to send its body gets 408', async () => {
    const { port, completed } = await startRest({ headersTimeoutMs: 40, requestTimeoutMs: 80 });
    const client = await connectRaw(port);
    client.send(`${upload}Content-Length: 100\r\n\r\n{`);
    expect(await finalAnswer(client)).toEqual([408, 'invalid_request: The request did not arrive in time.']);
    await expect.poll(() => completed).toEqual([['createNote', 400]]);
  });

  it.each([
    ['of a declared length', `${upload}Content-Length: 100\r\n\r\n{`],
    ['in chunks', `${upload}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`],
  ])('that is reset in the middle of a body %s ends only that request', async (_title, text) => {
    const { server, port, url, completed, logged } = await startRest();
    const client = await connectRaw(port);
    client.send(text);
    await once(server, 'request');
    client.socket.resetAndDestroy();
    await expect.poll(() => completed).toEqual([['createNote', 400]]);
    expect((await fetch(`${url}/note/get/a`)).status).toBe(200);
    expect(logged.filter(([level]) => level === 'error')).toEqual([]);
  });

  it('that is reset while the handler runs loses only that response', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const { port, url, completed, logged } = await startRest({
      handlers: {
        getFirstNote: async () => {
          start();
          await released;
          return { text: 'late' };
        },
      },
    });
    const client = await connectRaw(port);
    client.send('GET /note/get/first HTTP/1.1\r\nHost: a\r\n\r\n');
    await started;
    client.socket.resetAndDestroy();
    await client.end;
    release();
    await expect.poll(() => completed).toEqual([['getFirstNote', 200]]);
    expect((await fetch(`${url}/note/get/a`)).status).toBe(200);
    expect(logged.filter(([level]) => level === 'error')).toEqual([]);
  });

  it('that breaks HTTP during a request does not harm the server', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { port, url, server } = await startRest({
      handlers: { getFirstNote: () => released.then(() => ({ text: 'late' })) },
    });
    const client = await connectRaw(port);
    client.send('GET /note/get/first HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(server, 'request');
    client.send('hello\r\n\r\n');
    await client.until(/^HTTP\/1\.1 400 /);
    release();
    await client.end;
    expect((await fetch(`${url}/note/get/a`)).status).toBe(200);
  });

  it('is kept alive after a body that the contract does not have', async () => {
    const { port } = await startRest();
    const client = await connectRaw(port);
    client.send(`${remove}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`);
    await client.until(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n$/s);
    client.send(`${remove}Content-Length: 0\r\n\r\n`);
    await client.until(/(?:HTTP\/1\.1 200 OK\r\n.*){2}\r\n\r\n$/s);
    client.send('GET /note/get/b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(await client.end).toMatch(/\{"text":"b"\}$/);
  });

  it('that never finishes a body that the contract does not have is closed', async () => {
    const { port } = await startRest();
    const client = await connectRaw(port);
    client.send(remove);
    client.send('Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n');
    expect(await finalAnswer(client)).toEqual([200, undefined]);
  });

  it('that requests an upgrade that is not offered is served over HTTP/1.1', async () => {
    const { server, port } = await startRest();
    server.on('upgrade', (_request, socket) => socket.end('upgraded'));
    const upgrade = async (protocol: string, version = '1.1') => {
      const client = await connectRaw(port);
      client.send(`GET /note/get/a HTTP/${version}\r\nHost: a\r\nConnection: Upgrade, close\r\n`);
      client.send(`Upgrade: ${protocol}\r\n\r\n`);
      return client.end;
    };
    expect(await upgrade('h2c')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(await upgrade('websocket', '1.0')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(await upgrade('WebSocket')).toBe('upgraded');
    server.removeAllListeners('upgrade');
    expect(await upgrade('websocket')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});
