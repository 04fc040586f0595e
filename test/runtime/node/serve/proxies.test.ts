import { type IncomingHttpHeaders, request } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import type { TrustProxyOptions } from '../../../../src/runtime/shared/trusted-proxies.ts';
import { bearer, connectClient, connectRaw } from '../../../support/websocket.ts';
import { startMarket } from '../../limits/start-market.ts';
import { listenToPosts } from './listen-to-posts.ts';
import { servePosts } from './posts-app.ts';

type Records = Readonly<Record<string, unknown>>[];

/** Logs warnings into `records`. */
function logInto(records: Records): typeof silentLog {
  return { ...silentLog, warn: (fields) => void records.push(fields) };
}

function responseTo(url: string, headers: IncomingHttpHeaders): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Connections that send nothing. */
async function openSockets(url: string, count: number): Promise<readonly Socket[]> {
  const { port } = new URL(url);
  return await Promise.all(Array.from({ length: count }, () => connectRaw(Number(port))));
}

const trustProxy: TrustProxyOptions = { networks: ['loopback'] };
const fromPage = { ...bearer('ann').headers, Origin: 'https://feed.example' };

describe('behind a trusted proxy', () => {
  it('pages of the host that the proxy reports are of the same origin', async () => {
    const { socketUrl } = await listenToPosts(servePosts({ trustProxy }));
    const connectFor = (host: object) =>
      connectClient(socketUrl, { headers: { ...fromPage, ...host } }).then(({ received }) => received);
    expect(await connectFor({ 'X-Forwarded-Host': 'feed.example' })).toEqual([]);
    await expect(connectFor({})).rejects.toThrow('403');
    await expect(connectFor({ 'X-Forwarded-Host': 'other.example' })).rejects.toThrow('403');
  });

  it('a refused handshake is logged with the address of the client', async () => {
    const warnings: Records = [];
    const { socketUrl } = await listenToPosts(servePosts({ trustProxy, log: logInto(warnings) }));
    const headers = { 'X-Forwarded-For': '192.0.2.66, 198.51.100.7' };
    await expect(connectClient(socketUrl, { headers })).rejects.toThrow('401');
    expect(warnings).toMatchObject([{ address: '198.51.100.7' }]);
  });

  it('clients are limited by their own addresses', async () => {
    const limits = { getPrice: [{ per: 'address', rate: 1, seconds: 60 }] } as const;
    const { url } = await startMarket({ trustProxy, restLimits: { limits } });
    const priceFor = (client: string) => responseTo(`${url}/price/tea`, { 'X-Forwarded-For': client });
    expect(await priceFor('198.51.100.7')).toBe(200);
    expect(await priceFor('198.51.100.7')).toBe(429);
    expect(await priceFor('198.51.100.8')).toBe(200);
    // What the client itself has sent does not help.
    expect(await priceFor('192.0.2.66, 198.51.100.7')).toBe(429);
  });

  it('a connection may wait for its first request, of which the proxy keeps many', async () => {
    const { url } = await startMarket({ trustProxy, maxPendingHandshakesPerAddress: 1 });
    const sockets = await openSockets(url, 3);
    expect(await responseTo(`${url}/price/tea`, {})).toBe(200);
    expect(sockets.map(({ closed }) => closed)).toEqual([false, false, false]);
  });
});

describe('without a trusted proxy', () => {
  it('the log says how to trust the one that has replaced the host', async () => {
    const warnings: Records = [];
    const app = servePosts({ log: logInto(warnings), settingNames: { trustProxy: 'TRUST_PROXY' } });
    const { socketUrl } = await listenToPosts(app);
    const headers = { ...fromPage, 'X-Forwarded-Host': 'feed.example' };
    await expect(connectClient(socketUrl, { headers })).rejects.toThrow('403');
    expect(warnings).toMatchObject([
      {
        remedy:
          "origins: ['https://feed.example']; or, if 127.0.0.1 is a proxy of yours, add it to TRUST_PROXY",
      },
    ]);
  });

  it('a connection of the same address that waits for its first request is displaced', async () => {
    const { url } = await startMarket({ maxPendingHandshakesPerAddress: 1 });
    const sockets = await openSockets(url, 3);
    await expect.poll(() => sockets.filter(({ closed }) => closed).length).toBe(2);
  });

  it('the address of a client is that of its connection', async () => {
    const limits = { getPrice: [{ per: 'address', rate: 1, seconds: 60 }] } as const;
    const { url } = await startMarket({ restLimits: { limits } });
    const priceFor = (client: string) => responseTo(`${url}/price/tea`, { 'X-Forwarded-For': client });
    expect(await priceFor('198.51.100.7')).toBe(200);
    expect(await priceFor('198.51.100.8')).toBe(429);
  });
});
