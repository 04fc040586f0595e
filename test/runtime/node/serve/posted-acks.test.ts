import { request } from 'node:http';
import { openLog } from 'posted/log';
import { serve } from 'posted/node';
import { type Log, silentLog } from 'posted/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readEvents } from '../../../support/event-source.ts';
import { makeDataDir } from '../../../support/feed-server.ts';
import { contract } from '../../durable/shop/generated/asyncapi/channels.ts';
import { operations } from '../../rest/operations.ts';

const ackType = 'application/vnd.posted.ack+json';

function createApp(eventLog: Awaited<ReturnType<typeof openLog>>, log: Log) {
  return serve(contract, { eventLog, log, security: { token: ({ token }) => ({ id: token }) } });
}

/** Serves the channel /alerts, whose clients send only acks, beside an application. */
async function start(addRest: (app: ReturnType<typeof createApp>) => void, log = silentLog) {
  const eventLog = await openLog({ database: { folder: await makeDataDir() }, log: silentLog });
  const app = createApp(eventLog, log);
  addRest(app);
  const server = app.handle({ orders: { placeOrder: () => undefined as never }, alerts: {} });
  const running = await server.listen({ port: 0, signals: false, resources: eventLog });
  onTestFinished(async () => void (await running.close({ drain: false })));
  const auth = { Authorization: 'Bearer ann' };
  const [ready] = await (await readEvents(`${running.url}/alerts`, auth)).take(1);
  const post = async (contentType: string): Promise<readonly [status: number, text: string]> => {
    const response = await fetch(`${running.url}/alerts`, {
      method: 'POST',
      headers: { ...auth, 'Content-Type': contentType },
      body: JSON.stringify({ device: 'phone', cursor: ready?.id }),
    });
    return [response.status, await response.text()];
  };
  return { post, url: `${running.url}/alerts`, auth };
}

/** An operation at the address of the channel, which refuses what is not a note. */
const createAlert = { ...operations.createNote, operationId: 'createAlert', path: '/alerts' } as const;

describe('a POST to the address of a channel that can be read as server-sent events', () => {
  it.each<[title: string, addRest: Parameters<typeof start>[0], status: number, text: string]>([
    ['an application of its own', (app) => app.rest({ fetch: () => new Response('own') }), 200, 'own'],
    [
      'an operation with that path',
      (app) => app.rest({ createAlert }, { createAlert: () => Promise.resolve('made') }),
      400,
      "'text'",
    ],
    ['operations with other paths', (app) => app.rest({}, {}), 204, ''],
  ])('beside %s is for it, unless it has the media type of acks', async (_, addRest, status, text) => {
    const { post } = await start(addRest);
    expect(await post('application/json')).toEqual([status, expect.stringContaining(text)]);
    expect(await post(`${ackType}; charset=utf-8`)).toEqual([204, '']);
  });

  it('ends with its client, which is no failure', async () => {
    const logged: string[] = [];
    const record = (level: string) => (_: unknown, message: string) =>
      void logged.push(`${level}: ${message}`);
    const log = { ...silentLog, debug: record('debug'), error: record('error') };
    const { url, auth } = await start((app) => app.rest({}, {}), log);
    const headers = { ...auth, 'Content-Type': ackType, 'Content-Length': '100' };
    const half = request(url, { method: 'POST', headers });
    half.on('error', () => {});
    half.write('{ "device": ');
    await expect.poll(() => half.socket?.bytesWritten).toBeGreaterThan(0);
    half.destroy();
    await expect.poll(() => logged).toContain('debug: a handshake was refused');
    expect(logged.filter((line) => line.startsWith('error'))).toEqual([]);
  });
});
