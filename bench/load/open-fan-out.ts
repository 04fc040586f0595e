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
  /** Whether subscribers acknowledge posts by their cursors. */
  readonly acks?: boolean;
  /** For the server's code to be compiled. */
  readonly warmUpMs: number;
}

/** A server that has been posted to, and subscribers who get all of its posts. */
export interface FanOut {
  /** Posts to all of them, and checks that each has got every post once, of this turn and of those before. */
  measure(phases: Phases): Promise<Sample>;
  end(): void;
}

/**
 * Some peers answer a handshake before the new subscriber is on their list: one of the Go hub missed the
 * first posts now and then.
 */
const joiningMs = 200;

/**
 * The first posts go to few, so that there can be very many: what is done once for a post is compiled
 * after thousands, and with a thousand subscribers those would take half a minute.
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
