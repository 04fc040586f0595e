import type { Scenario } from '../harness/scenario.ts';
import { writers } from '../load/write-posts.ts';
import { earlier } from '../peers/earlier.ts';
import { posted } from '../peers/posted.ts';
import type { Scale } from './fan-out-subject.ts';
import { appendMetrics, postingMetrics, postingSubject } from './posting.ts';

/** Measures whether a second node on the same database accepts more posts than one. */
export function createNodesScenario(scale: Scale): Scenario {
  const subjects = [posted, earlier].flatMap((peer) =>
    [1, 2].map((nodes) => ({
      name: `${peer.name}-${nodes}`,
      title: `${peer.title}: ${nodes === 1 ? 'one node' : `${nodes} nodes`}`,
      peer,
      nodes,
    })),
  );
  return {
    name: 'nodes',
    title: 'Posts through two nodes on one PostgreSQL',
    about: `${writers} writers, divided among the nodes, each send a post once their previous one is answered. A post costs the nodes, the database and the generator CPU; while they fill all cores (idle is near 0), the machine limits the rate. An append is a transaction; the fewer posts share one, the more a post costs. The last columns are the mean number of the nodes' connections in each state, of 50 samples a second: those that wait for a lock wait for the head row, which another node keeps until its append is on disk. Every answered post must be stored, without a gap in the log.`,
    metrics: [...postingMetrics, ...appendMetrics],
    turns: 5,
    subjects: subjects.map((subject) =>
      postingSubject({ ...subject, engine: 'postgres', watch: true }, scale),
    ),
    targets: [{ metric: 'postsPerSecond', subject: 'posted-2', against: 'posted-1', atLeast: 1.2 }],
  };
}
