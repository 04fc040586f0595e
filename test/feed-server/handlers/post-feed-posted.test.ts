import { serve } from 'posted/node';
import { type Log, silentLog } from 'posted/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { contract } from '../../../generated/asyncapi/channels.ts';
import { encodeCursor } from '../../../src/feed-server/feed/cursor.ts';
import { createFeedMessages } from '../../../src/feed-server/handlers/post-feed-posted.ts';
import { bearer, connectClient } from '../../support/websocket.ts';

const uuid = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
const postOf = (seq: number, text: string) =>
  ({ kind: 'post', seq, postId: uuid, author: uuid, text, createdAtMs: 0 }) as never;

/** Serves the feed's channel without a log: the connections get what the test sends. */
async function startMessages() {
  const errors: unknown[] = [];
  const log: Log = { ...silentLog, error: (...args) => void errors.push(args) };
  const app = serve(contract, {
    security: { bearerAuth: ({ token }) => ({ id: token }) },
    log,
  });
  const server = app.handle({ postFeedPosted: { receiveAck() {} } });
  const running = await server.listen({ port: 0, signals: false, shutdownTimeoutMs: 100 });
  onTestFinished(async () => void (await running.close()));
  const messages = createFeedMessages(app.channel('postFeedPosted'), (seq) =>
    encodeCursor({ epoch: uuid, seq }),
  );
  const client = await connectClient(`${running.url.replace('http', 'ws')}/post/feed/posted`, bearer('ada'));
  return { client, connections: app.connections({ user: 'ada' }), messages, errors };
}

describe('a post that breaks the contract', () => {
  it('is not sent to plain connections, is logged, and does not stop later posts', async () => {
    const { client, connections, messages, errors } = await startMessages();
    messages.publishPost(postOf(1, ''), connections);
    messages.publishPost(postOf(2, 'fine'), connections);
    expect((await client.take(1)).map((frame) => JSON.parse(frame).payload.postText)).toEqual(['fine']);
    expect(errors).toMatchObject([
      [{ message: 'post', problem: expect.stringContaining('/payload/postText') }, expect.any(String)],
    ]);
  });

  it('is not encoded for resumable connections, is logged, and does not stop later posts', async () => {
    const { client, connections, messages, errors } = await startMessages();
    const [connection] = connections;
    expect(messages.encodePost(postOf(1, ''))).toBeNull();
    const encoded = messages.encodePost(postOf(2, 'fine'));
    expect(encoded !== null && connection?.sendEncoded(encoded)).toBe(true);
    expect((await client.take(1)).map((frame) => JSON.parse(frame).payload.postText)).toEqual(['fine']);
    expect(errors).toHaveLength(1);
  });
});
