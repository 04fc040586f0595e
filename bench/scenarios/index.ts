import type { Scenario } from '../harness/scenario.ts';
import { peers } from '../peers/index.ts';
import { createEarlierScenarios } from './earlier.ts';
import { createEventStreamScenario } from './event-streams.ts';
import { createFairnessScenario } from './fairness.ts';
import { createFanOutScenarios } from './fan-out.ts';
import type { Scale } from './fan-out-subject.ts';
import { createFollowEdgesScenario } from './follow-edges.ts';
import { createFriendsScenario } from './friends.ts';
import { createGrowthScenarios } from './growth.ts';
import { createHandshakesScenario } from './handshakes.ts';
import { createIdleScenario } from './idle.ts';
import { createNodesScenario } from './nodes.ts';
import { createReadersScenarios } from './readers.ts';
import { createRequestScenarios } from './requests.ts';
import { createRestPostsScenario } from './rest-posts.ts';
import { createResumableScenarios } from './resumable.ts';
import { createWorkersScenarios } from './workers.ts';

/** The scenarios of `npm run bench`, in the order of the report. */
export function createScenarios(scale: Scale): readonly Scenario[] {
  return [
    ...createFanOutScenarios(peers, scale),
    ...createResumableScenarios(scale),
    createEventStreamScenario(scale),
    ...createGrowthScenarios(scale),
    createFriendsScenario(scale),
    createFollowEdgesScenario(scale),
    ...createRequestScenarios(scale),
    createRestPostsScenario(scale),
    createHandshakesScenario(scale),
    createIdleScenario(scale),
    createFairnessScenario(scale),
    ...[
      ...createEarlierScenarios(scale),
      createNodesScenario(scale),
      ...createReadersScenarios(),
      ...createWorkersScenarios(scale),
    ].map((scenario) => ({
      ...scenario,
      byName: true,
    })),
  ];
}

/** The default scenarios of a quick run. */
export const quickScenarios: readonly string[] = [
  'fan-out-1000x1',
  'fan-out-1000x8',
  'requests-x1',
  'requests-x8',
  'rest-posts',
  'handshakes',
  'idle',
];

/** The default peers of a quick run. */
export const quickPeers: readonly string[] = ['posted', 'ws-send', 'bun', 'c-limit'];
