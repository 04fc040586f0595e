import { formatCount } from '../harness/format.ts';
import type { Scenario, Target } from '../harness/scenario.ts';
import { fanOutMetrics } from '../load/measure-posts.ts';
import type { Peer } from '../peers/peer.ts';
import { fanOutSubject, type Scale, turns } from './fan-out-subject.ts';

export interface FanOut {
  readonly connections: number;
  readonly inFlight: number;
  /** Bounds on our server's CPU per delivery, by the peer that it is compared with. */
  readonly atMost: Readonly<Record<string, number>>;
}

const fanOuts: readonly FanOut[] = [
  {
    connections: 1000,
    inFlight: 1,
    atMost: {
      'c-limit': 1.35,
      'go-hub': 1,
      'ws-send': 1,
      'ws-validate': 1,
      'ws-prebuilt': 1,
      'socket-io': 1,
    },
  },
  { connections: 1000, inFlight: 8, atMost: { bun: 1.25, 'ws-send': 1 / 4, 'go-hub': 1 / 3 } },
  { connections: 1000, inFlight: 64, atMost: {} },
  { connections: 10_000, inFlight: 1, atMost: {} },
  { connections: 10_000, inFlight: 8, atMost: {} },
];

/** Measures the delivery of every post to every connection, for our server and all peers. */
export function createFanOutScenarios(peers: readonly Peer[], scale: Scale): readonly Scenario[] {
  return fanOuts.map((fanOut) => createFanOut(fanOut, peers, scale));
}

/** One of these scenarios, for the peers given. */
export function createFanOut(
  { connections, inFlight, atMost }: FanOut,
  peers: readonly Peer[],
  scale: Scale,
): Scenario {
  const targets = Object.entries(atMost).map(
    ([against, bound]): Target => ({ metric: 'cpuUs', subject: 'posted', against, atMost: bound }),
  );
  const sockets = `${formatCount(Math.min(connections, scale.mostConnections))} connections`;
  return {
    name: `fan-out-${connections}x${inFlight}`,
    title: `Fan-out: ${sockets}, ${inFlight === 1 ? 'one post at a time' : `${inFlight} posts in flight`}`,
    about: `${describeLoad(inFlight)} Every connection receives every post, in a frame of about 300 bytes. CPU covers all threads of the server, including the requests for the posts. If the generator's share of a core is above 90 %, rates and latencies are limited by the generator; CPU per delivery is still the server's.`,
    metrics: fanOutMetrics,
    turns,
    subjects: peers.map((peer) =>
      fanOutSubject({ name: peer.name, title: peer.title, peer, connections, inFlight }, scale),
    ),
    targets,
  };
}

function describeLoad(inFlight: number): string {
  if (inFlight === 1) return 'A post is sent once the previous one is answered and delivered to all.';
  return `Each of ${inFlight} writers sends a post once its previous one is answered and delivered to all.`;
}
