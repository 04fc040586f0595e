import { formatCount } from '../harness/format.ts';
import type { Scenario } from '../harness/scenario.ts';
import { fanOutMetrics } from '../load/measure-posts.ts';
import { posted } from '../peers/posted.ts';
import { resumableDialect } from '../peers/resumable-dialect.ts';
import { fanOutSubject, type Scale, turns } from './fan-out-subject.ts';

const connections = 1000;

/** Compares the cost of resumable and plain connections. */
export function createResumableScenarios(scale: Scale): readonly Scenario[] {
  return [1, 8].map((inFlight) => {
    const shared = { peer: posted, connections, inFlight };
    const sockets = `${formatCount(Math.min(connections, scale.mostConnections))} connections`;
    return {
      name: `resumable-x${inFlight}`,
      title: `Resumable with acks: ${sockets}, ${inFlight === 1 ? 'one post at a time' : `${inFlight} posts in flight`}`,
      about:
        'Our server with plain connections, and with resumable ones whose clients acknowledge the newest cursor 250 ms after a post or with every 64th post, like the TypeScript client.',
      metrics: fanOutMetrics,
      turns,
      subjects: [
        fanOutSubject({ ...shared, name: 'plain', title: 'plain' }, scale),
        fanOutSubject(
          {
            ...shared,
            name: 'resumable',
            title: 'resumable, with acks',
            acks: true,
            dialectOf: resumableDialect,
          },
          scale,
        ),
      ],
      targets: [{ metric: 'cpuUs', subject: 'resumable', against: 'plain', atMost: 1.5 }],
    };
  });
}
