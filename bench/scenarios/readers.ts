import { setTimeout as sleep } from 'node:timers/promises';
import { formatCount } from '../harness/format.ts';
import type { Metric, OpenSubject, Sample, Scenario } from '../harness/scenario.ts';
import { type EndlessReader, startEndlessReaders } from '../load/endless-readers.ts';
import { initials, postIdOf, reader, unusedInitial } from '../load/population.ts';
import { postText } from '../load/post-text.ts';
import { Publisher } from '../load/publisher.ts';
import { isReady, startReadyChecks } from '../load/ready-checks.ts';
import { seedPopulation } from '../load/seed-population.ts';
import { postSteadily, type SteadyPosts } from '../load/steady-posts.ts';
import { createStore, type EngineName, engines, engineTitles, whyNoStore } from '../load/store.ts';
import { earlier } from '../peers/earlier.ts';
import type { Peer, PeerProcess } from '../peers/peer.ts';
import { posted } from '../peers/posted.ts';
import { tokenOf } from '../support.ts';

const population = { users: 200_000, posts: 100_000, friends: 2000 };

/** Posts per second. */
const rate = 100;

/** Enough for a server that stalls for 10 s. */
const postConnections = 1024;

/** A post without a response after this time counts as refused. */
const postLimitMs = 15_000;

const warmUpMs = 1500;

/** How long a server may take until it accepts posts again after the readers have left. */
const recoveryMs = 90_000;

const metrics: readonly Metric[] = [
  { name: 'slowdown', title: 'p99 of a post, x that without readers', unit: '', better: 'lower' },
  { name: 'aloneMs', title: 'p99 without readers', unit: 'ms', better: 'lower' },
  { name: 'besideMs', title: 'p99 with readers', unit: 'ms', better: 'lower' },
  { name: 'maxMs', title: 'maximum with readers', unit: 'ms', better: 'lower' },
  { name: 'refusedPercent', title: 'refused posts', unit: '%', better: 'lower' },
  { name: 'readyPercent', title: '/readyz with 200', unit: '%', better: 'higher' },
  { name: 'recoveryMs', title: 'until ready and posting again', unit: 'ms', better: 'lower' },
  { name: 'searchesPerSecond', title: 'searches', unit: '1/s', better: 'higher' },
  { name: 'readsPerSecond', title: 'all reads with 200', unit: '1/s', better: 'higher' },
  { name: 'refusedReadsPercent', title: 'other reads', unit: '%', better: 'lower' },
];

/** Measures whether clients that read without end can stop posts, on each engine. */
export function createReadersScenarios(): readonly Scenario[] {
  return engines.map((engine) => ({
    name: `readers-${engine}`,
    title: `Posts beside endless readers: ${engineTitles[engine]}`,
    about: `Posts arrive ${rate} times a second, however long their responses take, alone and then beside 8 clients that send the next request as soon as the previous one is answered: 6 search for users by one letter of each name, in turn by letters that all of ${formatCount(population.users)} users share and by a second one that matches none, one gets posts by their ids, and one, who follows ${formatCount(population.friends)} authors, reads 1,000 posts of the feed at the largest offset that the server accepts, out of ${formatCount(population.posts)} posts. At the end, the readers leave without waiting for their responses. /readyz is asked every 100 ms while they read. A refused post has another status than 2xx, or no response after ${postLimitMs / 1000} s.`,
    metrics,
    turns: 3,
    subjects: [posted, earlier].map((peer) => ({
      name: peer.name,
      title: peer.title,
      connections: postConnections,
      async prepare() {
        // The earlier version creates the tables that are filled.
        return whyNoStore(engine) ?? (await earlier.prepare());
      },
      open: ({ quick }) => open(peer, engine, quick ? 2500 : 10_000),
    })),
    targets: [
      { metric: 'slowdown', subject: posted.name, atMost: 3 },
      { metric: 'readyPercent', subject: posted.name, atLeast: 100 },
      { metric: 'refusedPercent', subject: posted.name, atMost: 0 },
    ],
  }));
}

async function open(peer: Peer, engine: EngineName, phaseMs: number): Promise<OpenSubject> {
  const resources = new AsyncDisposableStack();
  try {
    const store = await createStore(engine);
    resources.defer(() => store.remove());
    await earlier.migrate(store.settings);
    await seedPopulation(store, population);
    const server = await peer.start(store.settings);
    resources.defer(() => server.stop());
    const readers = createReaders(await largestOffset(server.port));
    await postFor(server, warmUpMs);
    return {
      measure: () => measure(server, readers, phaseMs),
      close: () => resources.disposeAsync(),
    };
  } catch (thrown) {
    await resources.disposeAsync();
    throw thrown;
  }
}

const authorization = { Authorization: `Bearer ${tokenOf(reader)}` };

const search = (second: string): string => `/user/search?first_name=${initials.first}&last_name=${second}`;

const feedPath = (offset: number): string => `/post/feed?limit=1000&offset=${offset}`;

/** The largest power of ten that the server accepts as an offset of the feed. */
async function largestOffset(port: number): Promise<number> {
  for (let offset = 10 ** 15; offset >= 1; offset /= 10) {
    const response = await fetch(`http://127.0.0.1:${port}${feedPath(offset)}`, { headers: authorization });
    await response.arrayBuffer();
    if (response.status === 200) return offset;
    if (response.status !== 400) throw new Error(`/post/feed got HTTP ${response.status}`);
  }
  return 0;
}

function createReaders(offset: number): readonly EndlessReader[] {
  const searches = { paths: [search(initials.second), search(unusedInitial)] };
  const gets = Array.from({ length: 1000 }, (_, post) => `/post/get/${postIdOf(post * 97)}`);
  return [
    ...Array.from({ length: 6 }, () => searches),
    { paths: gets },
    { paths: [feedPath(offset)], headers: authorization },
  ];
}

async function measure(
  server: PeerProcess,
  readers: readonly EndlessReader[],
  phaseMs: number,
): Promise<Sample> {
  const alone = await postFor(server, phaseMs);
  const reading = await startEndlessReaders(server.port, readers);
  const endChecks = startReadyChecks(server.port);
  const startMs = performance.now();
  const beside = await postFor(server, phaseMs);
  const { ready, all } = await endChecks();
  const seconds = (performance.now() - startMs) / 1000;
  const { byStatus, byPath } = await reading.end();
  const leftMs = performance.now();
  const isRecovered = await recover(server);
  const total = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
  const succeeded = byStatus[200] ?? 0;
  const aloneMs = alone.latencies.quantileMs(0.99);
  const besideMs = beside.latencies.quantileMs(0.99);
  return {
    values: {
      slowdown: besideMs / aloneMs,
      aloneMs,
      besideMs,
      maxMs: beside.latencies.maxMs,
      refusedPercent: (beside.refused / beside.latencies.count) * 100,
      readyPercent: (ready / all) * 100,
      recoveryMs: performance.now() - leftMs,
      searchesPerSecond: (byPath['/user/search'] ?? 0) / seconds,
      readsPerSecond: succeeded / seconds,
      refusedReadsPercent: total === 0 ? 0 : ((total - succeeded) / total) * 100,
    },
    wrong: [
      ...(alone.refused > 0 ? [`${alone.refused} posts were refused without readers`] : []),
      ...(isRecovered ? [] : [`no posts were accepted ${recoveryMs / 1000} s after the readers had left`]),
    ],
  };
}

async function postFor({ port, dialect }: PeerProcess, durationMs: number): Promise<SteadyPosts> {
  const publisher = await Publisher.open(port, postConnections);
  const request = dialect.post(postText(0));
  try {
    // On the connection that was opened last: once it is answered, the server has accepted all of them.
    await publisher.send(request);
    return await postSteadily({
      post: () => publisher.send(request),
      rate,
      durationMs,
      limitMs: postLimitMs,
    });
  } finally {
    publisher.end();
  }
}

/** Waits until the server is ready and accepts a post. Resolves with whether it did so in time. */
async function recover({ port, dialect }: PeerProcess): Promise<boolean> {
  const endMs = performance.now() + recoveryMs;
  const request = dialect.post(postText(0));
  while (performance.now() < endMs) {
    if ((await isReady(port)) && (await isAccepted(port, request))) return true;
    await sleep(50);
  }
  return false;
}

async function isAccepted(
  port: number,
  request: ReturnType<PeerProcess['dialect']['post']>,
): Promise<boolean> {
  const publisher = await Publisher.open(port, 1);
  try {
    const { refused } = await postSteadily({
      post: () => publisher.send(request),
      rate: 1,
      durationMs: 1000,
      limitMs: postLimitMs,
    });
    return refused === 0;
  } finally {
    publisher.end();
  }
}
