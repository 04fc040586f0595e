import { availableParallelism } from 'node:os';
import type { OpenLog } from 'posted/log';
import type { Log } from 'posted/server';
import { FairQueue } from '../auth/fair-queue.ts';
import { createPasswordThrottle } from '../auth/password-throttle.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { Settings } from '../settings/read-settings.ts';
import { table } from '../settings/table.ts';
import { createFeedQueries } from '../store/feed-queries.ts';
import { registerFeedWrites } from '../store/feed-writes.ts';
import { type Comments, createComments } from './comments.ts';
import { createFriends, type Friends } from './friends.ts';
import { createLikes, type Likes } from './likes.ts';
import { addMissingNameKeys } from './missing-name-keys.ts';
import { createPasswordCheck } from './password-check.ts';
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
  readonly settings: Settings;
  readonly tokens: Tokens;
  readonly eventLog: OpenLog;
  readonly log: Log;
}

/** Of the four threads that Node has for such work, one is left for files and host names. */
const maxPasswordSlots = 3;

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
  const passwords = createPasswordCheck({
    queries,
    throttle: createPasswordThrottle({
      perUserAndAddress: settings.maxWrongPasswords,
      perAddress: settings.maxWrongPasswordsPerAddress,
      perUser: settings.maxWrongPasswordsPerUser,
      log,
      remedy: `none is needed, unless this is the address of a proxy of yours: then add it to ${table.trustProxy.name}`,
    }),
    queue: new FairQueue({
      slots: passwordSlots(settings.workers),
      maxPending: settings.maxPendingPasswords,
      maxPendingPerSource: settings.maxPendingPasswordsPerAddress,
    }),
  });
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

/** How many passwords one of the workers checks at a time. More than one per core only delays each of them. */
function passwordSlots(workers: number): number {
  return Math.min(maxPasswordSlots, Math.max(1, Math.floor(availableParallelism() / workers)));
}
