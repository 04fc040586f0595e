import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { connect } from '../../../src/runtime/client/browser.ts';
import { startChatServer } from './chat-server.ts';
import { frames, openFeed, sinceOf } from './resume-feed.ts';
import { soon } from './soon.ts';

const { ready, post } = frames;

/** Node's global WebSocket has the API of browsers, which cannot stop reading. */
describe('a resumable client with the WebSocket of browsers', () => {
  it('disconnects when it lags behind, reconnects once there is room, and misses nothing', async () => {
    const server = await startChatServer();
    const gate = Promise.withResolvers<void>();
    const handled: string[] = [];
    const { errors } = openFeed(
      server.url,
      {
        maxWaitingMessages: 4,
        on: {
          async post({ payload }) {
            await gate.promise;
            handled.push(payload.postText);
          },
        },
      },
      'post',
      connect,
    );
    const first = await server.nextConnection();
    const closed = once(first, 'close');
    first.send(ready(0));
    for (let seq = 1; seq <= 10; seq += 1) first.send(post(seq));
    expect((await closed)[0]).toBe(4420);
    expect(server.handshakes).toHaveLength(1);
    gate.resolve();
    const seqs = Array.from({ length: 10 }, (_, index) => index + 1);
    while (handled.length < seqs.length) {
      const connection = await server.nextConnection();
      const since = Number(sinceOf(server.handshakes).at(-1));
      connection.send(ready(since));
      for (const seq of seqs.slice(since, since + 3)) connection.send(post(seq));
      await expect.poll(() => handled.length, soon).toBe(Math.min(since + 3, seqs.length));
      connection.close(1012);
    }
    expect(handled).toEqual(seqs.map(String));
    expect(errors).toEqual([]);
  });
});
