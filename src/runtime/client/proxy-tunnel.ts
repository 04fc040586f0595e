import { type ClientRequestArgs, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { encodeBase64 } from '../shared/credentials.ts';
import { invalidOptions } from './client-error.ts';
import type { SocketTarget } from './platform.ts';

/** How Node's `http.request` gets a connection that takes time. */
type CreateConnection = NonNullable<ClientRequestArgs['createConnection']>;

/**
 * Connects to the server through an HTTP proxy: with CONNECT (RFC 9110 section 9.3.6), and then with TLS if the server's
 * URL is `wss`. No error contains the credentials of the proxy.
 */
export function createTunnel(proxy: URL, { url, ca }: Pick<SocketTarget, 'url' | 'ca'>): CreateConnection {
  const isSecure = url.protocol === 'wss:';
  const target = `${url.hostname}:${url.port || (isSecure ? '443' : '80')}`;
  const request = proxy.protocol === 'https:' ? requestHttps : requestHttp;
  return (_options, done) => {
    const connecting = request(proxy, {
      method: 'CONNECT',
      path: target,
      agent: false,
      headers: { Host: target, ...authorization(proxy) },
    });
    const fail = (error: Error) => done(error, undefined as never);
    connecting.once('error', fail);
    connecting.once('connect', ({ statusCode }, socket: Duplex) => {
      if (statusCode === 200) {
        done(null, isSecure ? secure(socket, url, ca) : socket);
        return;
      }
      socket.destroy();
      fail(new Error(`the proxy answered CONNECT with HTTP ${statusCode}`));
    });
    connecting.end();
    return undefined;
  };
}

function secure(socket: Duplex, { hostname }: URL, ca: SocketTarget['ca']): Duplex {
  const host = hostname.replace(/^\[|\]$/g, '');
  return connectTls({
    socket,
    host,
    // An address is not a server name (RFC 6066 section 3).
    servername: isIP(host) === 0 ? host : '',
    ...(ca === undefined ? {} : { ca: [ca].flat() }),
  });
}

/** @throws PostedClientError `invalid_options` */
export function parseProxy(proxy: string | URL): URL {
  const url = URL.parse(proxy);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw invalidOptions('`proxy` must be an http or https URL.');
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const userPass = [username, password].map(decodeURIComponent).join(':');
  return { 'Proxy-Authorization': `Basic ${encodeBase64(userPass)}` };
}
