import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startChatServer } from './chat-server.ts';
import { cursor, frames, openFeed, sinceOf } from './resume-feed.ts';
import { soon } from './soon.ts';

const { ready, post } = frames;

/** A server whose streams and acks the test answers. */
async function startStreams(acked: (response: ServerResponse, index: number) => void = () => {}) {
  const requests: IncomingMessage[] = [];
  const streams: ((data: string) => void)[] = [];
  const acks: unknown[] = [];
  const { url } = await startChatServer({
    async onRequest(request, response) {
      if (request.method === 'POST') {
        acks.push(await json(request));
        acked(response, acks.length - 1);
        return;
      }
      requests.push(request);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      streams.push((data) => void response.write(`data: ${data}\n\n`));
    },
  });
  const nextStream = async () => {
    await expect.poll(() => streams.length, soon).toBeGreaterThan(0);
    return streams.shift() as (data: string) => void;
  };
  return { url, requests, nextStream, acks };
}

describe('a client that reads server-sent events', () => {
  it('replaces a stream that is silent for twice the heartbeat, and continues after its last event', async () => {
    const { url, requests, nextStream } = await startStreams();
    const { delivered, errors } = openFeed(url, { transport: 'sse' });
    const lost = await nextStream();
    lost(ready(0, 256, 50));
    lost(post(1));
    const next = await nextStream();
    next(ready(1, 256, 60_000));
    next(post(2));
    await expect.poll(() => delivered, soon).toEqual(['1', '2']);
    expect(sinceOf(requests)).toEqual(['now', 1]);
    expect(errors).toEqual([]);
  });

  it('acknowledges again if an ack is not answered in time', async () => {
    const { url, nextStream, acks } = await startStreams((response, index) => {
      if (index > 0) response.writeHead(204).end();
    });
    openFeed(url, {
      transport: 'sse',
      query: { since: 'acked', device: 'phone' },
      connectTimeoutMs: 2_000,
    });
    const stream = await nextStream();
    stream(ready(0));
    stream(post(1));
    await expect.poll(() => acks, soon).toMatchObject([{ device: 'phone' }]);
    stream(post(2));
    await expect.poll(() => acks.at(-1), soon).toMatchObject({ device: 'phone', cursor: cursor(2) });
  });
});
