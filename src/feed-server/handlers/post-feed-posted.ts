import {
  type Audience,
  createChannelFrames,
  type Delivery,
  type JoinedTopic,
  nullIfInvalid,
  type SentMessage,
  type StartPosition,
  type Subscriber,
  type SubscriberChannel,
  type Subscription,
  Topics,
} from 'posted/log';
import type { AppChannel, Connection } from 'posted/server';
import { PostedError } from 'posted/server';
import type {
  PostFeedPostedConnection,
  PostFeedPostedHandlers,
  Types,
} from '../../../generated/asyncapi/handlers.ts';
import type { PostPayload } from '../../../generated/asyncapi/models.ts';
import type { User } from '../auth/tokens.ts';

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
  /** The topics that a user has joined: those of the friends, whose ids they are. */
  readonly topicsOf: (user: string) => Promise<readonly JoinedTopic[]>;
  /** The audience of all connections; 'everyone' lets each choose with its query. */
  readonly audience: 'everyone' | 'friends';
}

export interface PostFeedPosted {
  readonly handlers: PostFeedPostedHandlers<User, FeedState>;
  /** Decides who gets a post. The delivery must follow the log for it. */
  readonly topics: Topics<FeedConnection>;
  /** Asks the client of a resumable connection of this channel to reconnect after that time. */
  sendBye(connection: Connection, retryAfterMs: number): void;
  /** Closes the connections that are not resumable, whose clients then look for another server. */
  closePlain(): void;
}

/** In the contract. */
const channelName = 'postFeedPosted';

/** The channel /post/feed/posted: who may connect, whose posts they get, and after which cursor. */
export function createPostFeedPosted({
  feedChannel: { encode, to },
  delivery,
  topicsOf,
  audience: configuredAudience,
}: PostFeedPostedDeps): PostFeedPosted {
  const frames = createChannelFrames({
    control: encode,
    // The contract's guard checks it when it is encoded.
    contentOf: (_post, payload) => ({ payload: payload as PostPayload }),
    encoders: { post: (content) => encode.post(content) },
    encodeCursor: (position) => delivery.encodeCursor(position),
  });
  const channel: SubscriberChannel<FeedState> = {
    name: channelName,
    frames,
    canSee: ({ subscription }, post) => topics.canSee(subscription, post),
    hasRejoined: ({ subscription }, leave) => topics.hasRejoined(subscription, leave),
  };
  const plainConnections = new Set<FeedConnection>();
  let subscriberCount = 0;
  const topics = new Topics<FeedConnection>({
    topicsOf,
    deliver(post, connections) {
      if (post.channel !== channelName) return;
      const plain = subscriberCount === 0 ? connections : offerToSubscribers(post, connections);
      // A plain connection may miss what it cannot be sent.
      if (!frames.knows(post)) return;
      const { createdAtMs: sinceMs } = post;
      nullIfInvalid(() => to(plain).post(frames.contentOf(post), { sinceMs }));
    },
  });

  function audienceOf(requested: 'everyone' | 'friends' = 'everyone'): Audience {
    return configuredAudience === 'friends' || requested === 'friends' ? 'topic' : 'everyone';
  }

  const handlers: PostFeedPostedHandlers<User, FeedState> = {
    async accept({ user, query }) {
      const { since, device, instance, audience } = query;
      if (since === undefined) await delivery.refresh();
      const start =
        since === undefined ? null : await delivery.findStart(user.id, { since, device, instance });
      const subscription = await topics.subscribe(user.id, audienceOf(audience));
      return { subscription, start, subscriber: null };
    },
    opened(connection) {
      const { state, query } = connection;
      const { subscription, start } = state;
      if (start === null) plainConnections.add(connection);
      else {
        state.subscriber = delivery.subscribe(connection, start, channel, query.window);
        subscriberCount += 1;
      }
      topics.join(subscription, connection);
    },
    drained: ({ state }) => state.subscriber?.drained(),
    closed(connection) {
      const { subscription, subscriber } = connection.state;
      topics.end(subscription);
      plainConnections.delete(connection);
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
    topics,
    // The runtime does not know the states of a channel's connections; these come from `accept`.
    sendBye: ({ state }, retryAfterMs) => (state as FeedState).subscriber?.sendBye(retryAfterMs),
    closePlain() {
      for (const connection of plainConnections) connection.close('tryAgainLater');
    },
  };
}

/** Returns the plain connections. Subscribers decide by themselves whether they have room for the post. */
function offerToSubscribers(
  post: SentMessage,
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
