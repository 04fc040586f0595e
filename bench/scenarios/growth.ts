import { formatCount } from '../harness/format.ts';
import type { Scenario } from '../harness/scenario.ts';
import { fanOutMetrics } from '../load/measure-posts.ts';
import { posted } from '../peers/posted.ts';
import { fanOutSubject, type Scale, turns } from './fan-out-subject.ts';

const sizes = [1000, 2000, 5000, 10_000, 15_000];

/** How the cost of a delivery grows with how many connections there are. */
export function createGrowthScenario(scale: Scale): Scenario {
  return {
    name: 'growth',
    title: 'Growth with connections: CPU per delivery of our server',
    about:
      'Our server, one post at a time to all of its connections. A cost that is the same for few and for many connections means that each costs the same.',
    metrics: fanOutMetrics,
    turns,
    subjects: sizes.map((connections) =>
      fanOutSubject(
        {
          name: String(connections),
          title: `${formatCount(connections)} connections`,
          peer: posted,
          connections,
          inFlight: 1,
        },
        scale,
      ),
    ),
    targets: [{ metric: 'cpuUs', subject: '10000', against: '1000', atMost: 1.2 }],
  };
}
