import { setTimeout as wait } from 'node:timers/promises';
import type { BrokerObserver } from 'posted/log';
import type { Log } from 'posted/server';
import { PostedError } from 'posted/server';
import { createPasswords } from '../auth/passwords.ts';
import type { Tokens } from '../auth/tokens.ts';
import { Delivery, type DeliveryObserver } from '../feed/delivery.ts';
import { joinNodes, type Nodes } from '../feed/nodes.ts';
import { keepRetention } from '../feed/retention.ts';
import { Tail } from '../feed/tail.ts';
import {
  createPostFeedPosted,
  type FeedChannel,
  type FeedState,
  type PostFeedPosted,
} from '../handlers/post-feed-posted.ts';
import type { Settings } from '../settings/read-settings.ts';
import type { FeedEvent } from '../store/event.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { checking } from './checking.ts';
import { createFriends, type Friends } from './friends.ts';
import { createPosts, type Posts } from './posts.ts';
import { createUsers, type Users } from './users.ts';

/** Everything behind the network. */
export interface Services {
  readonly store: Store;
  readonly tail: Tail;
  readonly delivery: Delivery<FeedState>;
  readonly channel: PostFeedPosted;
  readonly nodes: Nodes;
  readonly users: Users;
  readonly friends: Friends;
  readonly posts: Posts;
}

export interface ServicesOptions {
  readonly settings: Settings;
  readonly tokens: Tokens;
  readonly feedChannel: FeedChannel;
  readonly log: Log;
  readonly brokerObserver: BrokerObserver;
  readonly deliveryObserver: DeliveryObserver;
  /** Called once if the store fails for good. */
  readonly onStoreFailure: (cause: Error) => void;
}

/** Password hashes that are being computed or queued. One takes about 20 ms of a core. */
const maxPendingPasswords = 64;

const retryMs = { min: 250, max: 5000 };

/**
 * Opens the services, each of which `resources` closes. Waits for a database that becomes unavailable.
 *
 * @throws Error that names the setting to check and says what is wrong
 */
export async function openServices(
  { settings, tokens, feedChannel, log, brokerObserver, deliveryObserver, onStoreFailure }: ServicesOptions,
  resources: AsyncDisposableStack,
): Promise<Services> {
  const { dataDir } = settings;
  const databaseUrl = settings.databaseUrl?.reveal();
  const storeSetting = databaseUrl === undefined ? 'DATA_DIR' : 'DATABASE_URL';

  const store = await checking(storeSetting, () =>
    openStore({ databaseUrl, dataDir, log, onFailure: onStoreFailure }),
  );
  resources.defer(() => store.close());

  const openLog = async () => ({
    history: await store.history(),
    tail: await Tail.start({
      store,
      log,
      isSoleWriter: databaseUrl === undefined,
      apply(event) {
        delivery.add(event);
        channel.hub.apply(event);
      },
    }),
  });
  // An embedded store that has failed does not recover.
  const { history, tail } = await checking(storeSetting, () =>
    databaseUrl === undefined ? openLog() : retryWhileUnavailable(openLog, log),
  );
  resources.defer(() => tail.close());

  const { ackTimeoutMs, checkpointIntervalMs: checkpointMs } = settings;
  const delivery = new Delivery<FeedState>(
    { store, log, observer: deliveryObserver, ackTimeoutMs, checkpointMs },
    history,
    tail,
  );
  resources.defer(() => delivery.close());
  resources.defer(keepRetention(delivery, settings.retentionSeconds * 1000, log));
  const channel = createPostFeedPosted({
    feedChannel,
    delivery,
    friendsOf: (user) => store.friendsOf(user),
    audience: settings.feedAudience,
  });

  const nodes = await checking('BROKER_URL', () =>
    joinNodes({ databaseUrl, brokerUrl: settings.brokerUrl?.reveal(), tail, log, observer: brokerObserver }),
  );
  resources.defer(() => nodes.close());

  const events = {
    offer(event: FeedEvent): void {
      tail.offer(event);
      nodes.publish(event);
    },
  };
  return {
    store,
    tail,
    delivery,
    channel,
    nodes,
    users: createUsers(store, createPasswords({ maxPending: maxPendingPasswords }), tokens),
    friends: createFriends(store, events),
    posts: createPosts(store, events, delivery),
  };
}

/**
 * Calls `read` until it succeeds, with a back-off, while the store is unavailable. Logs each failure, because
 * nothing else explains why the server does not start.
 *
 * @throws Error with the reason if retrying would not help
 */
async function retryWhileUnavailable<Result>(read: () => Promise<Result>, log: Log): Promise<Result> {
  for (let waitMs = retryMs.min; ; waitMs = Math.min(waitMs * 2, retryMs.max)) {
    try {
      return await read();
    } catch (thrown) {
      const { code, message, cause } = PostedError.from(thrown);
      // The message is for clients; the cause is for operators.
      const reason = cause instanceof Error ? cause.message : message;
      if (code !== 'unavailable') throw new Error(`cannot read the log: ${reason}.`, { cause: thrown });
      log.warn({ cause: reason }, 'cannot read the log, which the server needs to start; trying again');
      await wait(waitMs);
    }
  }
}
