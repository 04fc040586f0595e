import { Delivery, type OpenLog, type ReplayObserver } from 'posted/log';
import type { Log } from 'posted/server';
import { createPasswords } from '../auth/passwords.ts';
import type { Tokens } from '../auth/tokens.ts';
import {
  createPostFeedPosted,
  type FeedChannel,
  type FeedState,
  type PostFeedPosted,
} from '../handlers/post-feed-posted.ts';
import type { Settings } from '../settings/read-settings.ts';
import { createFeedQueries } from '../store/feed-queries.ts';
import { registerFeedWrites } from '../store/feed-writes.ts';
import { type Comments, createComments } from './comments.ts';
import { createFriends, type Friends } from './friends.ts';
import { createLikes, type Likes } from './likes.ts';
import { createPostRemovals } from './post-removals.ts';
import { createPosts, type Posts } from './posts.ts';
import { createUsers, type Users } from './users.ts';

/** Everything behind the network. */
export interface Services {
  readonly delivery: Delivery<FeedState>;
  readonly channel: PostFeedPosted;
  readonly users: Users;
  readonly friends: Friends;
  readonly posts: Posts;
  readonly likes: Likes;
  readonly comments: Comments;
}

export interface ServicesOptions {
  readonly settings: Settings;
  readonly tokens: Tokens;
  readonly eventLog: OpenLog;
  readonly feedChannel: FeedChannel;
  readonly log: Log;
  readonly replayObserver: ReplayObserver;
}

/** Password hashes that are being computed or queued. One takes about 20 ms of a core. */
const maxPendingPasswords = 64;

/** Creates the services, which `resources` closes, and begins to follow the log. */
export function createServices(
  { settings, tokens, eventLog, feedChannel, log, replayObserver }: ServicesOptions,
  resources: AsyncDisposableStack,
): Services {
  const {
    ackTimeoutMs,
    checkpointIntervalMs: checkpointMs,
    heartbeatIntervalMs: heartbeatMs,
    byeSpreadMs,
  } = settings;
  const { engine, tail } = eventLog;
  const delivery = new Delivery<FeedState>({
    engine,
    tail,
    log,
    observer: replayObserver,
    ackTimeoutMs,
    checkpointMs,
    heartbeatMs,
    byeSpreadMs,
    left: () => channel.closePlain(),
  });
  resources.defer(() => delivery.close());
  const channel = createPostFeedPosted({
    feedChannel,
    delivery,
    topicsOf: (user) => eventLog.topicsOf(user),
    audience: settings.feedAudience,
  });

  delivery.follow(channel.topics);

  const engineName = settings.databaseUrl === undefined ? 'sqlite' : 'postgres';
  const queries = createFeedQueries((kind) => eventLog.reads(kind), engineName);
  const writes = registerFeedWrites(eventLog);
  const removals = createPostRemovals({ queries, writes, log });
  resources.defer(() => removals.close());
  const passwords = createPasswords({ maxPending: maxPendingPasswords });
  return {
    delivery,
    channel,
    users: createUsers({ queries, writes, passwords, tokens }),
    friends: createFriends(eventLog, queries),
    posts: createPosts(queries, writes, removals),
    likes: createLikes(queries, writes),
    comments: createComments(queries, writes),
  };
}
