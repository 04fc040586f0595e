import type { Connection } from 'posted/server';
import { PostedError } from 'posted/server';
import type { PostFeedPostedHandlers } from '../../../generated/asyncapi/handlers.ts';
import type { Tokens, User } from '../auth/tokens.ts';
import type { Begin, Delivery } from '../feed/delivery.ts';
import { type Audience, type Friend, Hub, type LivePost, type Subscription } from '../feed/hub.ts';
import type { ResumableSubscriber } from '../feed/resumable.ts';
import { createFeedMessages } from './feed-messages.ts';

/** One connection of the feed: its place in the hub and, if it is resumable, in the log. */
export interface FeedSession {
  readonly subscription: Subscription<FeedConnection>;
  /** Null for a plain connection. */
  readonly begin: Begin | null;
  /** Null for a plain connection, and before it is open. */
  subscriber: ResumableSubscriber | null;
}

export interface FeedConnection extends Connection<FeedSession> {}

export interface PostFeedPostedDeps {
  readonly tokens: Pick<Tokens, 'verify'>;
  readonly delivery: Delivery;
  /** Those whose posts a user reads. */
  readonly friendsOf: (user: string) => Promise<readonly Friend[]>;
  /** The rule for every connection; 'everyone' lets each choose by its query. */
  readonly audience: Audience;
}

/**
 * The channel /post/feed/posted: who may connect, whose posts they get, and from where on. The hub is
 * to be told of every event, after the delivery.
 */
export function createPostFeedPosted({ tokens, delivery, friendsOf, audience: rule }: PostFeedPostedDeps): {
  readonly handlers: PostFeedPostedHandlers<User, FeedSession>;
  readonly hub: Hub<FeedConnection>;
  /** Tells the client of one of these connections, if it is resumable, to come back after that time. */
  sayBye(connection: Connection<unknown>, retryAfterMs: number): void;
} {
  const messages = createFeedMessages<FeedSession>({
    cursorOf: (seq) => delivery.cursorOf(seq),
    canSee: ({ subscription }, author, seq) => hub.canSee(subscription, author, seq),
  });
  const { publishers } = messages;
  const hub = new Hub<FeedConnection>({
    friendsOf,
    deliver: (post, connections) =>
      messages.publishPlain(post, resumableCount === 0 ? connections : offerToResumable(post, connections)),
  });
  let resumableCount = 0;
  delivery.beforeCut(() => hub.reload());

  const handlers: PostFeedPostedHandlers<User, FeedSession> = {
    security: {
      bearerAuth: ({ token }) => tokens.verify(token),
    },
    async accept({ principal, query }) {
      const { since, device, audience = 'everyone' } = query;
      if (since === undefined) await delivery.reachNow();
      const begin = since === undefined ? null : await delivery.begin(principal.id, since, device);
      const subscription = await hub.subscribe(principal.id, rule === 'friends' ? 'friends' : audience);
      return { subscription, begin, subscriber: null };
    },
    opened(connection) {
      const { session } = connection;
      const { subscription, begin } = session;
      if (begin !== null) {
        session.subscriber = delivery.start(messages.lineOf(connection), begin);
        resumableCount += 1;
      }
      hub.join(subscription, connection);
    },
    drained: ({ session }) => session.subscriber?.drained(),
    closed({ subscription, subscriber }) {
      hub.end(subscription);
      if (subscriber === null) return;
      resumableCount -= 1;
      delivery.end(subscriber);
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
      ack({ cursor }, { session: { begin, subscriber } }) {
        if (begin === null || subscriber === null) {
          throw new PostedError('invalid_request', 'only a connection with `since` acknowledges');
        }
        delivery.acknowledge(subscriber, begin, cursor);
      },
    },
  };
  return {
    handlers,
    hub,
    // The runtime does not know what the sessions of a channel are; these come from `accept`.
    sayBye: ({ session }, retryAfterMs) => (session as FeedSession).subscriber?.sayBye(retryAfterMs),
  };
}

/** Returns the plain connections; the others decide for themselves, by what their client has acknowledged. */
function offerToResumable(post: LivePost, connections: readonly FeedConnection[]): readonly FeedConnection[] {
  const nowMs = performance.now();
  const plain: FeedConnection[] = [];
  for (const connection of connections) {
    const { subscriber } = connection.session;
    if (subscriber === null) plain.push(connection);
    else subscriber.offer(post, nowMs);
  }
  return plain;
}
