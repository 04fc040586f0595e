import { setTimeout as sleep } from 'node:timers/promises';
import { formatCount } from '../harness/format.ts';
import { measuredOnce } from '../harness/measured-once.ts';
import type { Sample, Scenario, Subject } from '../harness/scenario.ts';
import { tooManyConnections } from '../load/file-limit.ts';
import { userIdOf } from '../load/follow-graph.ts';
import { startSeededServer } from '../load/seeded-server.ts';
import { openSubscribers } from '../load/subscribers.ts';
import { measureUsage, rssMb } from '../load/usage.ts';
import type { PeerProcess } from '../peers/peer.ts';
import { plainDialect } from '../peers/plain-dialect.ts';
import { posted } from '../peers/posted.ts';
import { resumableDialect } from '../peers/resumable-dialect.ts';
import { wsSend } from '../peers/ws-send.ts';
import type { Scale } from './fan-out-subject.ts';

interface IdleSubject extends Pick<Subject, 'name' | 'title'> {
  /** Starts a server with `readers` users, whose ids are those of `userIdOf`. */
  start(readers: number): Promise<PeerProcess>;
}

const meanFriends = 200;

/** So many connections come and go until the heap has its size under traffic; the last ones stay. */
const warmUp = { connections: 500, times: 8 };

const kilobytesPerMb = 1024;

const subjects: readonly IdleSubject[] = [
  { name: posted.name, title: 'Posted: everyone', start: () => posted.start() },
  {
    name: 'posted-friends',
    title: `Posted: friends, ${meanFriends} each on average`,
    async start(readers) {
      const graph = { seed: 1, readers, authors: 10_000, meanFriends, starReaders: 0 };
      const server = await startSeededServer(graph);
      return { ...server, dialect: { ...plainDialect, upgrade: server.upgrade('friends') } };
    },
  },
  {
    name: 'posted-resumable',
    title: 'Posted: resumable',
    async start() {
      const server = await posted.start();
      return { ...server, dialect: resumableDialect(server.dialect) };
    },
  },
  { name: wsSend.name, title: 'ws without any check', start: () => wsSend.start() },
];

/** Measures the cost of an idle connection. */
export function createIdleScenario(scale: Scale): Scenario {
  const sizes = { full: 15_000, quick: 3000 };
  const full = Math.min(sizes.full, scale.mostConnections);
  const quickly = Math.min(sizes.quick, scale.mostConnections);

  return {
    name: 'idle',
    title: `${formatCount(full)} idle connections`,
    about: `${formatCount(full)} connections (${formatCount(quickly)} in quick mode), each with its own user and token, and no posts. RSS per connection is the growth of the process, uncollected garbage included, since the first ${warmUp.connections} connections, divided by the number of the others. Before, as many connections have come and gone ${warmUp.times - 1} times, so that only connections add to it. A user with friends follows between 20 and 2,000 of 10,000 authors, by a power law, and the server keeps all of these edges in memory.`,
    metrics: [
      { name: 'rssKb', title: 'RSS for a connection', unit: 'KB', better: 'lower' },
      { name: 'totalMb', title: 'server RSS', unit: 'MB', better: 'lower' },
      { name: 'idleCpuMs', title: 'server CPU while idle', unit: 'ms/s', better: 'lower' },
    ],
    subjects: subjects.map((subject) => ({
      name: subject.name,
      title: subject.title,
      prepare: () => Promise.resolve(tooManyConnections(full)),
      open: measuredOnce(({ quick }) => {
        const { warmUpMs: settleMs, maxMs: idleMs } = quick ? scale.quickPhases : scale.phases;
        return measureIdle(subject, { connections: quick ? quickly : full, settleMs, idleMs });
      }),
    })),
    targets: [{ metric: 'rssKb', subject: 'posted-friends', atMost: 5.2 }],
  };
}

interface IdleOptions {
  readonly connections: number;
  /** Lets pending work finish. */
  readonly settleMs: number;
  /** The time over which CPU is measured. */
  readonly idleMs: number;
}

async function measureIdle(subject: IdleSubject, options: IdleOptions): Promise<Sample> {
  const { connections, settleMs, idleMs } = options;
  const users = Array.from({ length: connections }, (_, reader) => userIdOf('reader', reader));
  const first = users.slice(0, Math.min(warmUp.connections, connections / 2));
  const server = await subject.start(connections);
  try {
    for (let time = 1; time < warmUp.times; time += 1) {
      (await openSubscribers({ ...server, users: first })).end();
    }
    const few = await openSubscribers({ ...server, users: first });
    await sleep(settleMs);
    const beforeMb = rssMb(server.pid);
    const many = await openSubscribers({ ...server, users: users.slice(first.length) });
    await sleep(settleMs);
    const used = measureUsage(server.pid);
    await sleep(idleMs);
    const { seconds, serverCpuSeconds } = used();
    const totalMb = rssMb(server.pid);
    const wrong = [...few.faults(), ...many.faults()];
    few.end();
    many.end();
    return {
      values: {
        rssKb: ((totalMb - beforeMb) * kilobytesPerMb) / many.count,
        totalMb,
        idleCpuMs: (serverCpuSeconds / seconds) * 1000,
      },
      wrong,
    };
  } finally {
    await server.stop();
  }
}
