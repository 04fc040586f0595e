import type { Connection, Encoded, Publish } from 'posted/server';
import { InvalidMessageError, PostedError } from 'posted/server';
import type { PostFeedPostedHandlers } from '../../../generated/asyncapi/handlers.ts';
import type {
  PublishBye,
  PublishCheckpoint,
  PublishPost,
  PublishReady,
  PublishReset,
} from '../../../generated/asyncapi/publishers.ts';
import type { Tokens, User } from '../auth/tokens.ts';
import type { Delivery, StartPosition } from '../feed/delivery.ts';
import { type Audience, type Friend, Hub, type LivePost, type Subscription } from '../feed/hub.ts';
import { type Subscriber, type SubscriberChannel, windowSize } from '../feed/subscriber.ts';
import type { FeedEvent } from '../store/event.ts';

/** The state of one connection: whose posts it gets and, if it is resumable, its cursor. */
export interface FeedSession {
  readonly subscription: Subscription<FeedConnection>;
  /** Null for a plain connection. */
  readonly start: StartPosition | null;
  /** Null for a plain connection, and until the connection is open. */
  subscriber: Subscriber<FeedSession> | null;
}

export interface FeedConnection extends Connection<FeedSession> {}

export interface PostFeedPostedDeps {
  readonly tokens: Pick<Tokens, 'verify'>;
  readonly delivery: Delivery<FeedSession>;
  /** The users whose posts a user reads. */
  readonly friendsOf: (user: string) => Promise<readonly Friend[]>;
  /** The audience of all connections; 'everyone' lets each choose with its query. */
  readonly audience: Audience;
}

export interface PostFeedPosted {
  readonly handlers: PostFeedPostedHandlers<User, FeedSession>;
  /** Must apply every event after the delivery. */
  readonly hub: Hub<FeedConnection>;
  /** Asks the client of a resumable connection of this channel to reconnect after that time. */
  sendBye(connection: Connection<unknown>, retryAfterMs: number): void;
}

/** The channel /post/feed/posted: who may connect, whose posts they get, and after which cursor. */
export function createPostFeedPosted({
  tokens,
  delivery,
  friendsOf,
  audience: configuredAudience,
}: PostFeedPostedDeps): PostFeedPosted {
  const messages = createFeedMessages<FeedSession>((seq) => delivery.encodeCursor(seq));
  const { publishers } = messages;
  const channel: SubscriberChannel<FeedSession> = {
    ...messages,
    canSee: ({ subscription }, author, seq) => hub.canSee(subscription, author, seq),
  };
  let subscriberCount = 0;
  const hub = new Hub<FeedConnection>({
    friendsOf,
    deliver(post, connections) {
      messages.publishPost(post, subscriberCount === 0 ? connections : offerToSubscribers(post, connections));
    },
  });
  delivery.beforeSkip(() => hub.reload());

  const handlers: PostFeedPostedHandlers<User, FeedSession> = {
    security: {
      bearerAuth: ({ token }) => tokens.verify(token),
    },
    async accept({ principal, query }) {
      const { since, device, audience = 'everyone' } = query;
      if (since === undefined) await delivery.refresh();
      const start = since === undefined ? null : await delivery.findStart(principal.id, since, device);
      const subscription = await hub.subscribe(
        principal.id,
        configuredAudience === 'friends' ? 'friends' : audience,
      );
      return { subscription, start, subscriber: null };
    },
    opened(connection) {
      const { session } = connection;
      const { subscription, start } = session;
      if (start !== null) {
        session.subscriber = delivery.subscribe(connection, start, channel);
        subscriberCount += 1;
      }
      hub.join(subscription, connection);
    },
    drained: ({ session }) => session.subscriber?.drained(),
    closed({ subscription, subscriber }) {
      hub.end(subscription);
      if (subscriber === null) return;
      subscriberCount -= 1;
      delivery.unsubscribe(subscriber);
    },
    sendPost: {
      post(publish) {
        publishers.post = publish;
      },
    },
    sendPlace: {
      ready(publish) {
        publishers.ready = publish;
      },
      checkpoint(publish) {
        publishers.checkpoint = publish;
      },
      reset(publish) {
        publishers.reset = publish;
      },
    },
    sendBye: {
      bye(publish) {
        publishers.bye = publish;
      },
    },
    receiveAck: {
      ack({ cursor }, { session: { start, subscriber } }) {
        if (start === null || subscriber === null) {
          throw new PostedError('invalid_request', 'only connections opened with `since` can acknowledge');
        }
        delivery.acknowledge(subscriber, start, cursor);
      },
    },
  };
  return {
    handlers,
    hub,
    // The runtime does not know the session types of channels; these come from `accept`.
    sendBye: ({ session }, retryAfterMs) => (session as FeedSession).subscriber?.sendBye(retryAfterMs),
  };
}

/** Returns the plain connections. Subscribers decide by themselves whether they have room for the post. */
function offerToSubscribers(
  post: LivePost,
  connections: readonly FeedConnection[],
): readonly FeedConnection[] {
  const nowMs = performance.now();
  const plain: FeedConnection[] = [];
  for (const connection of connections) {
    const { subscriber } = connection.session;
    if (subscriber === null) plain.push(connection);
    else subscriber.offer(post, nowMs);
  }
  return plain;
}

/** The publishers of the channel's messages, set when the server starts. */
export interface FeedPublishers<Session> {
  post?: PublishPost<Session>;
  ready?: PublishReady<Session>;
  checkpoint?: PublishCheckpoint<Session>;
  reset?: PublishReset<Session>;
  bye?: PublishBye<Session>;
}

export interface FeedMessages<Session> extends Omit<SubscriberChannel<Session>, 'canSee'> {
  readonly publishers: FeedPublishers<Session>;
  /** Sends a post to plain connections. */
  publishPost(post: LivePost, connections: Iterable<Connection<Session>>): void;
}

/** Turns events of the log into the contract's messages. Each is encoded once, however many clients get it. */
export function createFeedMessages<Session>(encodeCursor: (seq: number) => string): FeedMessages<Session> {
  const publishers: FeedPublishers<Session> = {};
  /** Shared by live subscribers and by all replays while the event is in memory. */
  const encodedPosts = new WeakMap<FeedEvent, Encoded | null>();
  // Subscribers ask for the same message one after another: comparing is faster than a lookup.
  let lastPost: { readonly post: LivePost | null; readonly encoded: Encoded | null } = {
    post: null,
    encoded: null,
  };
  let lastCheckpoint: { readonly cursor: string; readonly encoded: Encoded | null } = {
    cursor: '',
    encoded: null,
  };

  return {
    publishers,
    publishPost(post, connections) {
      const { createdAtMs: sinceMs } = post;
      nullIfInvalid(() => publishers.post?.(messageOf(post), connections, { sinceMs }));
    },
    encodePost(post) {
      if (lastPost.post === post) return lastPost.encoded;
      let encoded = encodedPosts.get(post);
      if (encoded === undefined) {
        encoded = encode(publishers.post, { ...messageOf(post), cursor: encodeCursor(post.seq) });
        encodedPosts.set(post, encoded);
      }
      lastPost = { post, encoded };
      return encoded;
    },
    encodeReady: (seq, resumed) =>
      encode(publishers.ready, { type: 'ready', cursor: encodeCursor(seq), resumed, window: windowSize }),
    encodeCheckpoint(seq) {
      const cursor = encodeCursor(seq);
      if (lastCheckpoint.cursor !== cursor) {
        lastCheckpoint = { cursor, encoded: encode(publishers.checkpoint, { type: 'checkpoint', cursor }) };
      }
      return lastCheckpoint.encoded;
    },
    encodeReset: (seq, reason) =>
      encode(publishers.reset, { type: 'reset', reason, cursor: encodeCursor(seq) }),
    encodeBye: (retryAfterMs) => encode(publishers.bye, { type: 'bye', retryAfterMs }),
  };
}

function encode<Message>(publish: Publish<Message, never> | undefined, message: Message): Encoded | null {
  return nullIfInvalid(() => publish?.encode(message)) ?? null;
}

/** A message that breaks the contract, which the runtime logs, must not stop the delivery of others. */
function nullIfInvalid<Value>(send: () => Value): Value | null {
  try {
    return send();
  } catch (thrown) {
    if (thrown instanceof InvalidMessageError) return null;
    throw thrown;
  }
}

function messageOf({ postId, text, author }: LivePost) {
  return { type: 'post', payload: { postId, postText: text, author_user_id: author } } as const;
}
