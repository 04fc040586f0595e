import type { OpenLog } from 'posted/log';
import type { Log } from 'posted/server';
import { createPasswords } from '../auth/passwords.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { Settings } from '../settings/read-settings.ts';
import { createFeedQueries } from '../store/feed-queries.ts';
import { registerFeedWrites } from '../store/feed-writes.ts';
import { type Comments, createComments } from './comments.ts';
import { createFriends, type Friends } from './friends.ts';
import { createLikes, type Likes } from './likes.ts';
import { addMissingNameKeys } from './missing-name-keys.ts';
import { createPostRemovals } from './post-removals.ts';
import { createPosts, type Posts } from './posts.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createUsers, type Users } from './users.ts';

/** Everything behind the operations. */
export interface Services {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly friends: Friends;
  readonly posts: Posts;
  readonly likes: Likes;
  readonly comments: Comments;
}

export interface ServicesDeps {
  readonly settings: Pick<Settings, 'databaseUrl'>;
  readonly tokens: Tokens;
  readonly eventLog: OpenLog;
  readonly log: Log;
}

/** Password hashes that are being computed or queued. One takes about 20 ms of a core. */
const maxPendingPasswords = 64;

/** Creates the services, which `resources` closes. */
export function createServices(
  { settings, tokens, eventLog, log }: ServicesDeps,
  resources: AsyncDisposableStack,
): Services {
  const engineName = settings.databaseUrl === undefined ? 'sqlite' : 'postgres';
  const queries = createFeedQueries((kind) => eventLog.reads(kind), engineName);
  const writes = registerFeedWrites(eventLog);
  const removals = createPostRemovals({ queries, writes, log });
  resources.defer(() => removals.close());
  // No other version has an embedded store open at the same time.
  if (engineName === 'postgres') resources.defer(addMissingNameKeys({ queries, writes, log }));
  const passwords = createPasswords({ maxPending: maxPendingPasswords });
  const sessions = createSessions({ tokens, queries, writes, log });
  return {
    users: createUsers({ queries, writes, passwords, tokens, sessions }),
    sessions,
    friends: createFriends({ log: eventLog, queries, areUsersRegistered: tokens.canIssue }),
    posts: createPosts(queries, writes, removals),
    likes: createLikes(queries, writes),
    comments: createComments(queries, writes),
  };
}
