import { randomUUID } from 'node:crypto';
import { formatCount } from '../harness/format.ts';
import type { OpenSubject, Sample, Scenario, Subject } from '../harness/scenario.ts';
import { commonMetrics } from '../load/measure-posts.ts';
import { measureUsage } from '../load/usage.ts';
import { earlier } from '../peers/earlier.ts';
import { goHub } from '../peers/go-hub.ts';
import type { Dialect, Peer, PeerProcess } from '../peers/peer.ts';
import { posted } from '../peers/posted.ts';
import { resumableDialect } from '../peers/resumable-dialect.ts';
import { wsSend } from '../peers/ws-send.ts';
import { type Scale, turns } from './fan-out-subject.ts';
import { createStorm, type StormResult } from './handshake-storm.ts';

const atATime = 256;

interface HandshakeSubject extends Pick<Subject, 'name' | 'title'> {
  readonly peer: Peer;
  readonly dialectOf?: (dialect: Dialect) => Dialect;
  /** The number of users, who connect repeatedly, also in the warm-up; by default, every user connects once. */
  readonly users?: number;
}

const subjects: readonly HandshakeSubject[] = [
  { name: posted.name, title: 'Posted: a token each', peer: posted },
  { name: 'posted-again', title: 'Posted: a token each, for the second time', peer: posted, users: 8000 },
  { name: 'posted-one-token', title: 'Posted: one token for all', peer: posted, users: 1 },
  {
    name: 'posted-resumable',
    title: 'Posted: a token each, resumable',
    peer: posted,
    dialectOf: resumableDialect,
  },
  { name: wsSend.name, title: 'ws without any check', peer: wsSend },
  { name: goHub.name, title: `${goHub.title} without any check`, peer: goHub },
];

/** Two versions of our server, each with the ways in which clients connect. */
const versions: readonly HandshakeSubject[] = [earlier, posted].flatMap((peer) => [
  { name: peer.name, title: `${peer.title}: a token each`, peer },
  { name: `${peer.name}-one-token`, title: `${peer.title}: one token for all`, peer, users: 1 },
  {
    name: `${peer.name}-resumable`,
    title: `${peer.title}: a token each, resumable`,
    peer,
    dialectOf: resumableDialect,
  },
]);

/** Measures how fast clients connect when all of them connect at once. */
export function createHandshakesScenario(scale: Scale): Scenario {
  return {
    ...createHandshakes(subjects, scale),
    targets: [{ metric: 'perSecond', subject: posted.name, against: wsSend.name, atLeast: 0.7 }],
  };
}

/** Compares the handshakes with those of the earlier commit. */
export function createEarlierHandshakesScenario(scale: Scale): Scenario {
  return {
    ...createHandshakes(versions, scale),
    name: 'earlier-handshakes',
    title: 'Connection storm, against the earlier version',
  };
}

function createHandshakes(compared: readonly HandshakeSubject[], scale: Scale): Scenario {
  const sizes = {
    full: {
      warmUp: Math.min(24_000, scale.mostConnections),
      measured: Math.min(4000, scale.mostConnections),
    },
    quick: {
      warmUp: Math.min(12_000, scale.mostConnections),
      measured: Math.min(2000, scale.mostConnections),
    },
  };

  async function open(subject: HandshakeSubject, quick: boolean): Promise<OpenSubject> {
    const { peer, dialectOf = (dialect) => dialect } = subject;
    const { warmUp, measured } = quick ? sizes.quick : sizes.full;
    const all = warmUp + turns * measured;
    const distinct = subject.users === undefined ? all : Math.min(subject.users, warmUp);
    const users = Array.from({ length: distinct }, () => randomUUID());
    const coming = Array.from({ length: all }, (_, index) => users[index % users.length] ?? '');
    const server = await peer.start();
    const storm = createStorm({ port: server.port, dialect: dialectOf(server.dialect), users, atATime });
    let arrived = warmUp;
    try {
      await storm(coming.slice(0, warmUp));
    } catch (thrown) {
      await server.stop();
      throw thrown;
    }
    return {
      measure() {
        const next = coming.slice(arrived, arrived + measured);
        arrived += measured;
        return measureStorm(server, () => storm(next));
      },
      close: () => server.stop(),
    };
  }

  return {
    name: 'handshakes',
    title: 'Connection storm',
    about: `${formatCount(sizes.full.measured)} handshakes per turn (${formatCount(sizes.quick.measured)} in quick mode), ${atATime} at a time, each on a new TCP connection that is reset once it is open. Our server checks a token that it has not seen before, the path, the query and the origin; a resumable connection is open once its first frame, \`ready\`, has arrived. The others check nothing. If the generator's share of a core is above 90 %, the rates are limited by the generator, and only CPU per handshake is comparable.`,
    metrics: [
      { name: 'perSecond', title: 'handshakes', unit: '1/s', better: 'higher' },
      { name: 'cpuUs', title: 'server CPU per handshake', unit: 'µs', better: 'lower' },
      commonMetrics.p50Ms,
      commonMetrics.p99Ms,
      commonMetrics.generatorPercent,
    ],
    turns,
    subjects: compared.map((subject) => ({
      name: subject.name,
      title: subject.title,
      prepare: () => subject.peer.prepare(),
      connections: atATime,
      open: ({ quick }) => open(subject, quick),
    })),
    targets: [],
  };
}

async function measureStorm({ pid }: PeerProcess, storm: () => Promise<StormResult>): Promise<Sample> {
  const used = measureUsage(pid);
  const { latencies, idleSeconds } = await storm();
  const { seconds, serverCpuSeconds, generatorCpuSeconds } = used();
  return {
    values: {
      perSecond: latencies.count / seconds,
      cpuUs: (serverCpuSeconds / latencies.count) * 1e6,
      p50Ms: latencies.quantileMs(0.5),
      p99Ms: latencies.quantileMs(0.99),
      generatorPercent: (Math.max(0, generatorCpuSeconds - idleSeconds) / seconds) * 100,
    },
    wrong: [],
  };
}
