import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../harness/scenario.ts';
import type { Dialect, PeerProcess } from '../peers/peer.ts';
import { measurePosts, type Phases } from './measure-posts.ts';
import { postInTurns } from './post-in-turns.ts';
import { PostsInFlight } from './posts-in-flight.ts';
import { Publisher } from './publisher.ts';
import { openSubscribers } from './subscribers.ts';

export interface FanOutOptions {
  readonly server: Pick<PeerProcess, 'port' | 'pid'>;
  readonly dialect: Dialect;
  readonly subscribers: number;
  readonly inFlight: number;
  /** Whether subscribers acknowledge posts. */
  readonly acks?: boolean;
  /** Lets the server compile its code. */
  readonly warmUpMs: number;
}

/** A warmed-up server, and subscribers to all of its posts. */
export interface FanOut {
  /** Creates posts, and checks that each subscriber received every post so far exactly once. */
  measure(phases: Phases): Promise<Sample>;
  end(): void;
}

/**
 * Some peers complete a handshake before they register the subscriber: with the Go hub, a subscriber sometimes
 * missed the first posts.
 */
const joiningMs = 200;

/**
 * The first posts go to a few subscribers, so that there can be many: code that runs once per post is compiled
 * after thousands of posts, which would take half a minute with a thousand subscribers.
 */
const few = { subscribers: 10, inFlight: 8 };

export async function openFanOut(options: FanOutOptions): Promise<FanOut> {
  const { server, warmUpMs } = options;
  const first = await subscribe({ ...options, ...few });
  await first.post(warmUpMs).finally(() => first.end());
  const all = await subscribe(options);
  try {
    await all.post(warmUpMs);
  } catch (thrown) {
    all.end();
    throw thrown;
  }
  return {
    async measure(phases) {
      const values = await measurePosts({ pid: server.pid, ...all }, phases);
      return { values, wrong: [...first.faults(), ...all.faults()] };
    },
    end: () => all.end(),
  };
}

async function subscribe(options: Omit<FanOutOptions, 'warmUpMs'>) {
  const { server, dialect, subscribers: users, inFlight, acks = false } = options;
  const { port } = server;
  const posts = new PostsInFlight(users);
  const onPost = (subscriber: number, post: number) => posts.arrive(subscriber, post);
  const subscribers = await openSubscribers({ port, dialect, users, acks, onPost });
  await sleep(joiningMs);
  const publisher = await Publisher.open(port, inFlight);
  return {
    posts,
    post: (maxMs: number, isOver = () => false) =>
      postInTurns({ publisher, dialect, posts, inFlight, maxMs, isOver }),
    faults: () => [...posts.faults(), ...subscribers.faults()],
    end() {
      publisher.end();
      subscribers.end();
    },
  };
}
