import type { PostFeedPostedHandlers } from '../../generated/asyncapi/handlers.ts';
import type { PublishPost } from '../../generated/asyncapi/publishers.ts';
import type { Tokens, User } from '../auth/tokens.ts';
import type { Connection } from '../contract/handlers.ts';
import { type Audience, type Friend, Hub, type Subscription } from '../feed/hub.ts';

/** One connection of the feed and its place in the hub. */
export type FeedSession = Subscription<FeedConnection>;
export interface FeedConnection extends Connection<FeedSession> {}

export interface PostFeedPostedDeps {
  readonly tokens: Pick<Tokens, 'verify'>;
  /** Those whose posts a user reads. */
  friendsOf(user: string): Promise<readonly Friend[]>;
  /** The rule for every connection; 'everyone' lets each choose by its query. */
  readonly audience: Audience;
}

/**
 * The channel /post/feed/posted: who may connect, whose posts they get, and how an event of the log
 * becomes the contract's message. The hub is to be told of every event.
 */
export function createPostFeedPosted({ tokens, friendsOf, audience: rule }: PostFeedPostedDeps): {
  readonly handlers: PostFeedPostedHandlers<User, FeedSession>;
  readonly hub: Hub<FeedConnection>;
} {
  let publishPost: PublishPost<FeedSession> | null = null;

  const hub = new Hub<FeedConnection>({
    friendsOf,
    deliver({ postId, text, author, createdAtMs }, connections) {
      publishPost?.(
        { type: 'post', payload: { postId, postText: text, author_user_id: author } },
        connections,
        { sinceMs: createdAtMs },
      );
    },
  });

  const handlers: PostFeedPostedHandlers<User, FeedSession> = {
    security: {
      bearerAuth: ({ token }) => tokens.verify(token),
    },
    accept: ({ principal, query }) =>
      hub.subscribe(principal.id, rule === 'friends' ? 'friends' : (query.audience ?? 'everyone')),
    opened: (connection) => hub.join(connection.session, connection),
    closed: (session) => hub.end(session),
    sendPost: {
      post(publish) {
        publishPost = publish;
      },
    },
  };
  return { handlers, hub };
}
