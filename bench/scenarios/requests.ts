import type { OpenSubject, Scenario, Subject } from '../harness/scenario.ts';
import { commonMetrics } from '../load/measure-posts.ts';
import { openRequestLoad } from '../load/request-load.ts';
import type { Dialect } from '../peers/peer.ts';
import { startNodePeer } from '../peers/start-process.ts';
import { type Scale, turns } from './fan-out-subject.ts';

const most = 64;

interface RequestSubject extends Pick<Subject, 'name' | 'title'> {
  /** A program in bench/peers. */
  readonly source: string;
  readonly env?: Readonly<Record<string, string>>;
}

const subjects: readonly RequestSubject[] = [
  { name: 'posted', title: 'Posted', source: 'requests/posted.ts' },
  {
    name: 'posted-async',
    title: 'Posted, a handler that awaits',
    source: 'requests/posted.ts',
    env: { ASYNC: '1' },
  },
  { name: 'ws', title: 'ws without any check', source: 'requests/ws.ts' },
  { name: 'ws-validate', title: 'ws, both checked', source: 'requests/ws.ts', env: { VALIDATE: '1' } },
];

const dialect: Dialect = {
  upgrade: (user) => ({ path: '/live/auctions/a1', headers: { Authorization: `Bearer ${user}` } }),
  greetings: [],
  welcomes: 0,
  post: () => {
    throw new Error('an auction has no posts');
  },
};

/** Measures what a request and its reply cost. */
export function createRequestScenarios(scale: Scale): readonly Scenario[] {
  return [
    createScenario('requests-x1', 'one at a time', 1, scale),
    createScenario('requests-x8', '8 in flight', 8, scale),
  ];
}

function createScenario(name: string, load: string, inFlight: number, scale: Scale): Scenario {
  const connections = Math.min(most, scale.mostConnections);
  const title = `Request and reply: ${connections} connections, ${load}`;
  return {
    name,
    title,
    about: `Each of ${connections} connections sends bids of an auction, ${load}, and the server answers each with its correlation id. Posted identifies the operation and checks both messages against the contract. If the generator's share of a core is above 90 %, the rates are limited by the generator, and only CPU per request is comparable.`,
    metrics: [
      { name: 'cpuUs', title: 'server CPU per request', unit: 'µs', better: 'lower' },
      { name: 'perSecond', title: 'requests', unit: '1/s', better: 'higher' },
      commonMetrics.generatorPercent,
    ],
    turns,
    subjects: subjects.map((subject) => ({
      name: subject.name,
      title: subject.title,
      prepare: () => Promise.resolve(null),
      connections,
      open: ({ quick }) => open(subject, connections, inFlight, quick ? scale.quickTurn : scale.turn),
    })),
    targets: [{ metric: 'cpuUs', subject: 'posted', against: 'ws-validate', atMost: 1.2 }],
  };
}

async function open(
  { source, env }: RequestSubject,
  connections: number,
  inFlight: number,
  phases: Scale['turn'],
): Promise<OpenSubject> {
  const server = await startNodePeer(source, { env, dialect });
  try {
    const load = await openRequestLoad({ server, dialect, connections, inFlight });
    return {
      measure: () => load.measure(phases),
      close() {
        load.end();
        return server.stop();
      },
    };
  } catch (thrown) {
    await server.stop();
    throw thrown;
  }
}
