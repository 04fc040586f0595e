import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEndlessReaders } from '../../bench/load/endless-readers.ts';
import { startReadyChecks } from '../../bench/load/ready-checks.ts';
import { postSteadily } from '../../bench/load/steady-posts.ts';

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('endless readers', () => {
  it('repeat their requests one at a time, whatever the responses are, and leave', async () => {
    let inFlight = 0;
    let most = 0;
    let answered = 0;
    const left = Promise.withResolvers<void>();
    const port = await serve((request, response) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      response.once('close', () => {
        inFlight -= 1;
        if (!response.writableFinished) left.resolve();
      });
      answered += 1;
      // The last request is never answered.
      if (answered > 30) return;
      if (answered === 1) request.socket.destroy();
      else response.writeHead(request.url === '/user/search?a=b' ? 200 : 503).end('1234567890');
    });
    const readers = await startEndlessReaders(port, [{ paths: ['/user/search?a=b', '/post/feed'] }]);
    await expect.poll(() => answered).toBe(31);
    expect(await readers.end()).toEqual({
      byStatus: { 0: 1, 200: 14, 503: 15 },
      byPath: { '/user/search': 14 },
      bytes: 290,
    });
    await left.promise;
    expect(most).toBe(1);
  });
});

describe('steady posts', () => {
  it('do not wait for responses, and count late and refused ones', async () => {
    let sent = 0;
    const { latencies, refused } = await postSteadily({
      post() {
        sent += 1;
        if (sent === 1) return new Promise(() => {});
        return sent === 2 ? Promise.reject(new Error('503')) : Promise.resolve();
      },
      rate: 100,
      durationMs: 100,
      limitMs: 300,
    });
    expect({ sent, count: latencies.count, refused }).toEqual({ sent: 10, count: 10, refused: 2 });
    expect(latencies.maxMs).toBeGreaterThanOrEqual(299);
    expect(latencies.quantileMs(0.9)).toBeLessThan(200);
  });
});

describe('checks of /readyz', () => {
  it('count answers with 200, and all', async () => {
    let checks = 0;
    const port = await serve((_, response) => {
      checks += 1;
      response.writeHead(checks % 2 === 0 ? 503 : 200).end();
    });
    const end = startReadyChecks(port);
    await expect.poll(() => checks).toBeGreaterThanOrEqual(4);
    const { ready, all } = await end();
    expect(all).toBe(checks);
    expect(ready).toBe(Math.ceil(checks / 2));
  });
});
