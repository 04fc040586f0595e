import { setTimeout as sleep } from 'node:timers/promises';
import { formatCount } from '../harness/format.ts';
import { measuredOnce } from '../harness/measured-once.ts';
import type { Metric, Sample, Scenario } from '../harness/scenario.ts';
import { type DrawnLoad, openDrawnLoad } from '../load/drawn-load.ts';
import { tooManyConnections } from '../load/file-limit.ts';
import { star } from '../load/follow-graph.ts';
import { PostOrder } from '../load/post-order.ts';
import { readFeed, readGauge, registerUser } from '../load/rest.ts';
import { type SteadyReads, startSteadyReads } from '../load/steady-reads.ts';
import type { Scale } from './fan-out-subject.ts';

/** Requests per second. */
const rate = 200;

/** The maximum since the last scrape. */
const longestTurn = 'nodejs_eventloop_lag_max_seconds';

const metrics: readonly Metric[] = [
  { name: 'restP99Ms', title: 'REST p99', unit: 'ms', better: 'lower' },
  { name: 'restP50Ms', title: 'REST p50', unit: 'ms', better: 'lower' },
  { name: 'restMaxMs', title: 'REST max', unit: 'ms', better: 'lower' },
  { name: 'turnMs', title: 'longest turn of the event loop', unit: 'ms', better: 'lower' },
  { name: 'deliveriesPerSecond', title: 'deliveries', unit: '1/s', better: 'higher' },
  { name: 'p99Ms', title: 'delivery p99', unit: 'ms', better: 'lower' },
];

interface Posting {
  readonly name: string;
  readonly title: string;
  /** 0: no posts during the measurement. */
  readonly inFlight: number;
}

const postings: readonly Posting[] = [
  { name: 'idle', title: 'no posts', inFlight: 0 },
  { name: 'one', title: 'one post at a time', inFlight: 1 },
  { name: 'eight', title: '8 posts in flight', inFlight: 8 },
];

/** Measures how posts of an author with many readers affect other requests. */
export function createFairnessScenario(scale: Scale): Scenario {
  const most = Math.min(10_000, scale.mostConnections);
  const mostQuick = Math.min(2000, scale.mostConnections);
  return {
    name: 'fairness',
    title: 'Fairness: REST beside the posts of one author',
    about: `${formatCount(most)} connections (${formatCount(mostQuick)} in quick mode) with the audience of friends all follow one author, who posts. Meanwhile, a separate process reads a user over REST ${rate} times a second, regardless of the response times. The longest turn is the longest time between two runs of a 10 ms timer of the server, so about 11 ms means no delay. All connections must receive all posts in log order. If server, generator and that process share 2 cores, REST also waits for them.`,
    metrics,
    subjects: postings.map(({ name, title, inFlight }) => ({
      name,
      title,
      prepare: () => Promise.resolve(tooManyConnections(most)),
      open: measuredOnce(({ quick }) =>
        quick ? measure(mostQuick, inFlight, scale.quickPhases) : measure(most, inFlight, scale.phases),
      ),
    })),
    targets: ['one', 'eight'].flatMap((subject) => [
      { metric: 'restP99Ms', subject, atMost: 100 },
      { metric: 'turnMs', subject, atMost: 50 },
    ]),
  };
}

async function measure(
  readers: number,
  inFlight: number,
  { warmUpMs, maxMs }: Scale['phases'],
): Promise<Sample> {
  const order = new PostOrder(readers);
  const load = await openDrawnLoad({
    graph: { seed: 1, readers, authors: 1, meanFriends: 0, starReaders: readers },
    audience: 'friends',
    drawFrom: () => () => ({ author: star }),
    inFlight: Math.max(1, inFlight),
    onPost: (reader, post) => order.arrive(reader, post),
  });
  const { port, users } = load.server;
  try {
    const path = `/user/get/${await registerUser(port)}`;
    const reads = await startSteadyReads({ port, path, rate });
    try {
      await load.post(warmUpMs);
      const { values, wrong } = await readBeside(load, reads, inFlight === 0 ? sleep : load.post, maxMs);
      const log = await readFeed(port, users[0] ?? '');
      return { values, wrong: [...wrong, ...load.faults(), ...order.faults(log)] };
    } finally {
      await reads.end();
    }
  } finally {
    await load.end();
  }
}

async function readBeside(
  { server, posts }: DrawnLoad,
  reads: SteadyReads,
  spend: (ms: number) => Promise<void>,
  ms: number,
): Promise<Sample> {
  await reads.take();
  await readGauge(server.port, longestTurn);
  posts.latencies.clear();
  const before = posts.arrived;
  const startMs = performance.now();
  await spend(ms);
  const seconds = (performance.now() - startMs) / 1000;
  const turnMs = (await readGauge(server.port, longestTurn)) * 1000;
  const { p50Ms, p99Ms, maxMs, wrong } = await reads.take();
  const deliveries = posts.arrived - before;
  const ofReaders = {
    deliveriesPerSecond: deliveries / seconds,
    p99Ms: posts.latencies.quantileMs(0.99),
  };
  return {
    values: {
      restP50Ms: p50Ms,
      restP99Ms: p99Ms,
      restMaxMs: maxMs,
      turnMs,
      ...(deliveries > 0 ? ofReaders : {}),
    },
    wrong: wrong === null ? [] : [wrong],
  };
}
