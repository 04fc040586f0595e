import { describe, expect, it } from 'vitest';
import { contract } from '../../../generated/asyncapi/channels.ts';
import type { PostFeedPostedHandlers } from '../../../generated/asyncapi/handlers.ts';
import { encodeCursor } from '../../../src/feed-server/feed/cursor.ts';
import { createFeedMessages, type FeedPublishers } from '../../../src/feed-server/handlers/feed-messages.ts';
import type { Connection } from '../../../src/runtime/server/handlers.ts';
import { startContractServer } from '../../support/contract-server.ts';
import { bearer, connectClient } from '../../support/websocket.ts';

interface Session {
  readonly user: string;
}

const uuid = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
const postOf = (seq: number, text: string) =>
  ({ kind: 'post', seq, postId: uuid, author: uuid, text, createdAtMs: 0 }) as never;

/** Serves the feed's channel without its log: every connection is given what the test publishes. */
async function startMessages() {
  const connections: Connection<Session>[] = [];
  const messages = createFeedMessages<Session>({
    cursorOf: (seq) => encodeCursor({ epoch: uuid, seq }),
    canSee: () => true,
  });
  const take = (name: keyof FeedPublishers<Session>) => (publish: never) => {
    messages.publishers[name] = publish;
  };
  const postFeedPosted: PostFeedPostedHandlers<{ readonly id: string }, Session> = {
    security: { bearerAuth: ({ token }) => ({ id: token }) },
    accept: ({ principal }) => ({ user: principal.id }),
    opened: (connection) => void connections.push(connection),
    closed() {},
    sendPost: { post: take('post') },
    sendPlace: { ready: take('ready'), checkpoint: take('checkpoint'), reset: take('reset') },
    sendBye: { bye: take('bye') },
    receiveAck: { ack() {} },
  };
  const started = await startContractServer(contract, { postFeedPosted });
  const client = await connectClient(`${started.url}/post/feed/posted`, bearer('ada'));
  return { ...started, client, connections, messages };
}

describe('a post that breaks the contract', () => {
  it('is not sent to a plain connection, is logged, and does not stop the posts after it', async () => {
    const { client, connections, messages, logged } = await startMessages();
    messages.publishPlain(postOf(1, ''), connections);
    messages.publishPlain(postOf(2, 'fine'), connections);
    expect((await client.take(1)).map((frame) => JSON.parse(frame).payload.postText)).toEqual(['fine']);
    expect(logged.filter(([level]) => level === 'error')).toMatchObject([
      [
        'error',
        { message: 'post', problem: expect.stringContaining('/payload/postText') },
        expect.any(String),
      ],
    ]);
  });

  it('is not sent to a resumable connection, is logged, and does not stop the posts after it', async () => {
    const { client, connections, messages, logged } = await startMessages();
    const [connection] = connections;
    const line = messages.lineOf(connection as Connection<Session>);
    expect(line.sendPost(postOf(1, ''))).toBe(false);
    expect(line.sendPost(postOf(2, 'fine'))).toBe(true);
    expect((await client.take(1)).map((frame) => JSON.parse(frame).payload.postText)).toEqual(['fine']);
    expect(logged.filter(([level]) => level === 'error')).toHaveLength(1);
  });
});
