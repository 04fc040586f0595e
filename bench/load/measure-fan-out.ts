import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../harness/scenario.ts';
import type { Dialect, PeerProcess } from '../peers/peer.ts';
import { measurePosts, type Phases } from './measure-posts.ts';
import { postInTurns } from './post-in-turns.ts';
import { PostsInFlight } from './posts-in-flight.ts';
import { Publisher } from './publisher.ts';
import { openSubscribers } from './subscribers.ts';

export interface FanOutOptions extends Phases {
  readonly server: Pick<PeerProcess, 'port' | 'pid'>;
  readonly dialect: Dialect;
  readonly subscribers: number;
  readonly inFlight: number;
  /** Whether subscribers acknowledge posts by their cursors. */
  readonly acks?: boolean;
}

/**
 * Some peers answer a handshake before the new subscriber is on their list: one of the Go hub missed the
 * first posts now and then.
 */
const joiningMs = 200;

/** Opens the subscribers, posts to all of them, and checks that each has got every post once. */
export async function measureFanOut(options: FanOutOptions): Promise<Sample> {
  const { server, dialect, subscribers: users, inFlight, acks = false } = options;
  const { port, pid } = server;
  const posts = new PostsInFlight(users);
  const onPost = (subscriber: number, post: number) => posts.arrive(subscriber, post);
  const subscribers = await openSubscribers({ port, dialect, users, acks, onPost });
  try {
    await sleep(joiningMs);
    const publisher = await Publisher.open(port, inFlight);
    const load = { publisher, dialect, posts, inFlight };
    const post = (maxMs: number, isOver = () => false) => postInTurns({ ...load, maxMs, isOver });
    try {
      const values = await measurePosts({ pid, posts, post }, options);
      return { values, wrong: [...posts.faults(), ...subscribers.faults()] };
    } finally {
      publisher.end();
    }
  } finally {
    subscribers.end();
  }
}
