import type { AppChannel, Connection, Encoded } from 'posted/server';
import { InvalidMessageError, PostedError } from 'posted/server';
import type {
  PostFeedPostedConnection,
  PostFeedPostedHandlers,
  Types,
} from '../../../generated/asyncapi/handlers.ts';
import type { User } from '../auth/tokens.ts';
import type { Delivery, StartPosition } from '../feed/delivery.ts';
import { type Audience, type Friend, Hub, type LivePost, type Subscription } from '../feed/hub.ts';
import { type Subscriber, type SubscriberChannel, windowSize } from '../feed/subscriber.ts';
import type { FeedEvent } from '../store/event.ts';

/** The state of one connection: whose posts it gets and, if it is resumable, its cursor. */
export interface FeedState {
  readonly subscription: Subscription<FeedConnection>;
  /** Null for a plain connection. */
  readonly start: StartPosition | null;
  /** Null for a plain connection, and until the connection is open. */
  subscriber: Subscriber<FeedState> | null;
}

export interface FeedConnection extends PostFeedPostedConnection<User, FeedState> {}

/** The functions with which the server sends the channel's messages. */
export type FeedChannel = AppChannel<Types['channels']['postFeedPosted']>;

export interface PostFeedPostedDeps {
  readonly feedChannel: FeedChannel;
  readonly delivery: Delivery<FeedState>;
  /** The users whose posts a user reads. */
  readonly friendsOf: (user: string) => Promise<readonly Friend[]>;
  /** The audience of all connections; 'everyone' lets each choose with its query. */
  readonly audience: Audience;
}

export interface PostFeedPosted {
  readonly handlers: PostFeedPostedHandlers<User, FeedState>;
  /** Must apply every event after the delivery. */
  readonly hub: Hub<FeedConnection>;
  /** Asks the client of a resumable connection of this channel to reconnect after that time. */
  sendBye(connection: Connection, retryAfterMs: number): void;
}

/** The channel /post/feed/posted: who may connect, whose posts they get, and after which cursor. */
export function createPostFeedPosted({
  feedChannel,
  delivery,
  friendsOf,
  audience: configuredAudience,
}: PostFeedPostedDeps): PostFeedPosted {
  const messages = createFeedMessages(feedChannel, (seq) => delivery.encodeCursor(seq));
  const channel: SubscriberChannel<FeedState> = {
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

  const handlers: PostFeedPostedHandlers<User, FeedState> = {
    async accept({ user, query }) {
      const { since, device, audience = 'everyone' } = query;
      if (since === undefined) await delivery.refresh();
      const start = since === undefined ? null : await delivery.findStart(user.id, since, device);
      const subscription = await hub.subscribe(
        user.id,
        configuredAudience === 'friends' ? 'friends' : audience,
      );
      return { subscription, start, subscriber: null };
    },
    opened(connection) {
      const { state } = connection;
      const { subscription, start } = state;
      if (start !== null) {
        state.subscriber = delivery.subscribe(connection, start, channel);
        subscriberCount += 1;
      }
      hub.join(subscription, connection);
    },
    drained: ({ state }) => state.subscriber?.drained(),
    closed({ state: { subscription, subscriber } }) {
      hub.end(subscription);
      if (subscriber === null) return;
      subscriberCount -= 1;
      delivery.unsubscribe(subscriber);
    },
    receiveAck({ cursor }, { state: { start, subscriber } }) {
      if (start === null || subscriber === null) {
        throw new PostedError('invalid_request', 'only connections opened with `since` can acknowledge');
      }
      delivery.acknowledge(subscriber, start, cursor);
    },
  };
  return {
    handlers,
    hub,
    // The runtime does not know the states of a channel's connections; these come from `accept`.
    sendBye: ({ state }, retryAfterMs) => (state as FeedState).subscriber?.sendBye(retryAfterMs),
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
    const { subscriber } = connection.state;
    if (subscriber === null) plain.push(connection);
    else subscriber.offer(post, nowMs);
  }
  return plain;
}

export interface FeedMessages extends Omit<SubscriberChannel<FeedState>, 'canSee'> {
  /** Sends a post to plain connections. */
  publishPost(post: LivePost, connections: Iterable<Connection>): void;
}

/** Turns events of the log into the contract's messages. Each is encoded once, however many clients get it. */
export function createFeedMessages(
  { encode, to }: FeedChannel,
  encodeCursor: (seq: number) => string,
): FeedMessages {
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
    publishPost(post, connections) {
      const { createdAtMs: sinceMs } = post;
      nullIfInvalid(() => to(connections).post(contentOf(post), { sinceMs }));
    },
    encodePost(post) {
      if (lastPost.post === post) return lastPost.encoded;
      let encoded = encodedPosts.get(post);
      if (encoded === undefined) {
        encoded = nullIfInvalid(() => encode.post({ ...contentOf(post), cursor: encodeCursor(post.seq) }));
        encodedPosts.set(post, encoded);
      }
      lastPost = { post, encoded };
      return encoded;
    },
    encodeReady: (seq, resumed) =>
      nullIfInvalid(() => encode.ready({ cursor: encodeCursor(seq), resumed, window: windowSize })),
    encodeCheckpoint(seq) {
      const cursor = encodeCursor(seq);
      if (lastCheckpoint.cursor !== cursor) {
        lastCheckpoint = { cursor, encoded: nullIfInvalid(() => encode.checkpoint({ cursor })) };
      }
      return lastCheckpoint.encoded;
    },
    encodeReset: (seq, reason) => nullIfInvalid(() => encode.reset({ reason, cursor: encodeCursor(seq) })),
    encodeBye: (retryAfterMs) => nullIfInvalid(() => encode.bye({ retryAfterMs })),
  };
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

function contentOf({ postId, text, author }: LivePost) {
  return { payload: { postId, postText: text, author_user_id: author } };
}
