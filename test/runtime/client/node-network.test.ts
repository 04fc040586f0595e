import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect as connectSocket, type Socket } from 'node:net';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { connect } from '../../../src/runtime/client/node.ts';
import { requireService } from '../../support/services.ts';
import { news } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openClient } from './open-chat.ts';

const skipped = requireService('openssl', existsSync('/usr/bin/openssl'));

let key: string;
let certificate: string;

beforeAll(() => {
  if (skipped !== null) return;
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const output = ['-keyout', '-', '-out', '-'];
  const pem = execFileSync('openssl', ['req', ...kind, ...subject, ...output], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
  [key = '', certificate = ''] =
    pem.match(/-----BEGIN (?:PRIVATE KEY|CERTIFICATE).*?-----END [A-Z ]+-----/gs) ?? [];
});

/** A WebSocket server with a certificate that nobody knows. */
async function startSecureServer(host = 'localhost'): Promise<string> {
  const http = createSecureServer({ key, cert: certificate });
  const sockets = new WebSocketServer({ server: http });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    http.close();
  });
  return `wss://${host}:${(http.address() as AddressInfo).port}`;
}

/** A proxy that allows CONNECT to users with a password. */
async function startProxy() {
  const targets: string[] = [];
  const http = createServer();
  http.on('connect', ({ url = '', headers }: IncomingMessage, client: Socket) => {
    client.on('error', () => {});
    if (headers['proxy-authorization'] !== `Basic ${btoa('ada:p@ss')}`) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    targets.push(url);
    const [host, port] = url.split(':');
    const server = connectSocket(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    server.on('error', () => client.destroy());
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => void http.close());
  const { port } = http.address() as AddressInfo;
  return { targets, port, url: `http://ada:p%40ss@127.0.0.1:${port}` };
}

describe.skipIf(skipped !== null)(`a client in Node ${skipped ?? ''}`, () => {
  it('trusts the certificate authorities in `ca`, and no others', async () => {
    const url = await startSecureServer();
    expect((await openClient(news, { url }).reaches('waiting')).error.message).toContain('self-signed');
    const { reaches } = openClient(news, { url, ca: certificate });
    expect((await reaches('open')).state).toBe('open');
  });

  it('connects through an HTTP proxy', async () => {
    const [server, proxy] = [await startChatServer(), await startProxy()];
    await openClient(news, { url: server.url, proxy: proxy.url }).reaches('open');
    expect(proxy.targets).toEqual([server.url.slice('ws://'.length)]);
  });

  it.each([
    ['a name', 'localhost'],
    ['an address', '127.0.0.1'],
  ])('connects through an HTTP proxy with TLS to a server with %s', async (_, host) => {
    const [url, proxy] = [await startSecureServer(host), await startProxy()];
    await openClient(news, { url, proxy: new URL(proxy.url), ca: [certificate] }).reaches('open');
    expect(proxy.targets).toEqual([url.slice('wss://'.length)]);
  });

  it('reports the refusal of a proxy without the password', async () => {
    const [server, proxy] = [await startChatServer(), await startProxy()];
    const url = `http://ada:secret@127.0.0.1:${proxy.port}`;
    const { error } = await openClient(news, { url: server.url, proxy: url }).reaches('waiting');
    expect(error).toMatchObject({
      code: 'unreachable',
      message: 'The server could not be reached: the proxy answered CONNECT with HTTP 407.',
    });
  });

  it('rejects a proxy that is not an HTTP URL', () => {
    expect(() => connect(news, { url: 'ws://localhost', proxy: 'socks://localhost' })).toThrow(
      expect.objectContaining({ code: 'invalid_options', message: '`proxy` must be an http or https URL.' }),
    );
  });

  it('opens connections with its `agent`', async () => {
    const server = await startChatServer();
    const agent = new Agent({ localAddress: '127.0.0.2' });
    await openClient(news, { url: server.url, agent }).reaches('open');
    expect(server.handshakes[0]?.socket.remoteAddress).toBe('127.0.0.2');
  });
});
