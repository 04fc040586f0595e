import { formatCount } from '../harness/format.ts';
import type { Scenario } from '../harness/scenario.ts';
import { fanOutMetrics } from '../load/measure-posts.ts';
import { cLimit } from '../peers/c-limit.ts';
import type { Peer } from '../peers/peer.ts';
import { posted } from '../peers/posted.ts';
import { fanOutSubject, type Scale, turns } from './fan-out-subject.ts';

interface Growth extends Pick<Scenario, 'name' | 'title' | 'about' | 'targets'> {
  readonly peer: Peer;
  readonly inFlight: number;
  readonly sizes: readonly number[];
}

const ours = {
  about:
    'Our server delivers posts to all of its connections. If the cost per delivery is constant, it does not depend on the number of connections.',
  targets: [{ metric: 'cpuUs', subject: '10000', against: '1000', atMost: 1.2 }],
  peer: posted,
  sizes: [1000, 2000, 5000, 10_000, 15_000],
};

const growths: readonly Growth[] = [
  {
    ...ours,
    name: 'growth-x1',
    title: 'Growth with connections: one post at a time',
    inFlight: 1,
  },
  {
    ...ours,
    name: 'growth-x8',
    title: 'Growth with connections: 8 posts in flight',
    inFlight: 8,
  },
  {
    name: 'growth-limit',
    title: 'Growth with connections: the C loop, one post at a time',
    about:
      'How the cost of the kernel grows with connections, with a server that only writes a prebuilt frame: the memory of many connections does not fit into the caches, and TCP acknowledges each delivery with a separate packet if posts are more than 40 ms apart.',
    targets: [],
    peer: cLimit,
    inFlight: 1,
    sizes: [1000, 10_000],
  },
];

/** Measures how the cost of a delivery grows with the number of connections. */
export function createGrowthScenarios(scale: Scale): readonly Scenario[] {
  return growths.map(({ peer, inFlight, sizes, ...shown }) => ({
    ...shown,
    metrics: fanOutMetrics,
    turns,
    subjects: sizes.map((connections) => {
      const title = `${formatCount(connections)} connections`;
      return fanOutSubject({ name: String(connections), title, peer, connections, inFlight }, scale);
    }),
  }));
}
