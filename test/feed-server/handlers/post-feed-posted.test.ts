import { describe, expect, it } from 'vitest';
import { contract } from '../../../generated/asyncapi/channels.ts';
import type { PostFeedPostedHandlers } from '../../../generated/asyncapi/handlers.ts';
import { encodeCursor } from '../../../src/feed-server/feed/cursor.ts';
import {
  createFeedMessages,
  type FeedPublishers,
} from '../../../src/feed-server/handlers/post-feed-posted.ts';
import type { Connection } from '../../../src/runtime/server/handlers.ts';
import { startContractServer } from '../../support/contract-server.ts';
import { bearer, connectClient } from '../../support/websocket.ts';

interface Session {
  readonly user: string;
}

const uuid = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
const postOf = (seq: number, text: string) =>
  ({ kind: 'post', seq, postId: uuid, author: uuid, text, createdAtMs: 0 }) as never;

/** Serves the feed's channel without a log: the connections get what the test publishes. */
async function startMessages() {
  const connections: Connection<Session>[] = [];
  const messages = createFeedMessages<Session>((seq) => encodeCursor({ epoch: uuid, seq }));
  const setPublisher = (name: keyof FeedPublishers<Session>) => (publish: never) => {
    messages.publishers[name] = publish;
  };
  const postFeedPosted: PostFeedPostedHandlers<{ readonly id: string }, Session> = {
    security: { bearerAuth: ({ token }) => ({ id: token }) },
    accept: ({ principal }) => ({ user: principal.id }),
    opened: (connection) => void connections.push(connection),
    closed() {},
    sendPost: { post: setPublisher('post') },
    sendPlace: {
      ready: setPublisher('ready'),
      checkpoint: setPublisher('checkpoint'),
      reset: setPublisher('reset'),
    },
    sendBye: { bye: setPublisher('bye') },
    receiveAck: { ack() {} },
  };
  const started = await startContractServer(contract, { postFeedPosted });
  const client = await connectClient(`${started.url}/post/feed/posted`, bearer('ada'));
  return { ...started, client, connections, messages };
}

describe('a post that breaks the contract', () => {
  it('is not sent to plain connections, is logged, and does not stop later posts', async () => {
    const { client, connections, messages, logged } = await startMessages();
    messages.publishPost(postOf(1, ''), connections);
    messages.publishPost(postOf(2, 'fine'), connections);
    expect((await client.take(1)).map((frame) => JSON.parse(frame).payload.postText)).toEqual(['fine']);
    expect(logged.filter(([level]) => level === 'error')).toMatchObject([
      [
        'error',
        { message: 'post', problem: expect.stringContaining('/payload/postText') },
        expect.any(String),
      ],
    ]);
  });

  it('is not encoded for resumable connections, is logged, and does not stop later posts', async () => {
    const { client, connections, messages, logged } = await startMessages();
    const [connection] = connections;
    expect(messages.encodePost(postOf(1, ''))).toBeNull();
    const encoded = messages.encodePost(postOf(2, 'fine'));
    expect(encoded !== null && connection?.send(encoded)).toBe(true);
    expect((await client.take(1)).map((frame) => JSON.parse(frame).payload.postText)).toEqual(['fine']);
    expect(logged.filter(([level]) => level === 'error')).toHaveLength(1);
  });
});
