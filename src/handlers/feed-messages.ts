import type {
  PublishBye,
  PublishCheckpoint,
  PublishPost,
  PublishReady,
  PublishReset,
} from '../../generated/asyncapi/publishers.ts';
import type { Connection, Encoded } from '../contract/handlers.ts';
import type { FeedEvent, LivePost } from '../feed/hub.ts';
import { type Line, windowSize } from '../feed/resumable.ts';

/** The publishers of the channel's messages, once the server has started. */
export interface FeedPublishers<Session> {
  post?: PublishPost<Session>;
  ready?: PublishReady<Session>;
  checkpoint?: PublishCheckpoint<Session>;
  reset?: PublishReset<Session>;
  bye?: PublishBye<Session>;
}

/** How an event of the log becomes the contract's messages, and reaches a resumable connection. */
export interface FeedMessages<Session> {
  readonly publishers: FeedPublishers<Session>;
  /** Sends a post to plain connections. */
  publishPlain(post: LivePost, connections: Iterable<Connection<Session>>): void;
  lineOf(connection: Connection<Session>): Line;
}

export function createFeedMessages<Session>(cursorOf: (seq: number) => string): FeedMessages<Session> {
  const publishers: FeedPublishers<Session> = {};
  /** One frame an event, whoever needs it: those who are live, and all who replay it while it is in memory. */
  const frames = new WeakMap<FeedEvent, Encoded | null>();
  /** Many connections are quiet at the same place. */
  let lastCheckpoint: { readonly cursor: string; readonly encoded: Encoded | null } = {
    cursor: '',
    encoded: null,
  };

  function frameOf(post: LivePost): Encoded | null {
    const made = frames.get(post);
    if (made !== undefined) return made;
    const encoded = publishers.post?.encode({ ...messageOf(post), cursor: cursorOf(post.seq) }) ?? null;
    frames.set(post, encoded);
    return encoded;
  }

  function checkpointAt(seq: number): Encoded | null {
    const cursor = cursorOf(seq);
    if (lastCheckpoint.cursor !== cursor) {
      const message = { type: 'checkpoint', cursor } as const;
      lastCheckpoint = { cursor, encoded: publishers.checkpoint?.encode(message) ?? null };
    }
    return lastCheckpoint.encoded;
  }

  return {
    publishers,
    publishPlain(post, connections) {
      publishers.post?.(messageOf(post), connections, { sinceMs: post.createdAtMs });
    },
    lineOf(connection) {
      const send = (encoded: Encoded | null | undefined): boolean =>
        encoded != null && connection.send(encoded);
      return {
        get bufferedBytes() {
          return connection.bufferedBytes;
        },
        sendReady: (seq, resumed) =>
          send(
            publishers.ready?.encode({ type: 'ready', cursor: cursorOf(seq), resumed, window: windowSize }),
          ),
        sendPost: (post) => send(frameOf(post)),
        sendCheckpoint: (seq) => send(checkpointAt(seq)),
        sendReset: (seq, reason) =>
          send(publishers.reset?.encode({ type: 'reset', reason, cursor: cursorOf(seq) })),
        sendBye: (retryAfterMs) => send(publishers.bye?.encode({ type: 'bye', retryAfterMs })),
        closeSlow: () => connection.close('slowConsumer'),
      };
    },
  };
}

function messageOf({ postId, text, author }: LivePost) {
  return { type: 'post', payload: { postId, postText: text, author_user_id: author } } as const;
}
