/** Measures what a replay costs beside the same bytes sent live, and what replays of one user cost the others. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cost, measureCost } from './cost.ts';
import { readOptions } from './options.ts';
import { Poster, postSteadily } from './posts-load.ts';
import { openAll, Reader } from './reader.ts';
import {
  createDataDir,
  limitRun,
  needConnections,
  printResult,
  progress,
  round,
  spreadOf,
  startServer,
} from './support.ts';

const { posts, sockets, rate, seconds } = readOptions({
  name: 'replays',
  summary: `Large posts (40 KB) are created three times: without readers, with one live reader, and for a user whose
connections are away. When memory no longer has them, one connection resumes before the first post. Then another
user posts steadily, alone and while all connections of the first user resume at the same time. The result has the
ratios of both.`,
  numbers: {
    posts: { fallback: 1000, min: 10, max: 10_000, description: 'posts per part' },
    sockets: { fallback: 30, min: 1, max: 1000, description: 'connections of the user who comes back' },
    rate: { fallback: 20, min: 1, max: 1000, description: 'posts of another user per second' },
    seconds: { fallback: 10, min: 1, max: 600, description: 'seconds of these posts' },
  },
});
needConnections(sockets + 10);
limitRun(900);

/** How long memory keeps the newest events, with some reserve. */
const recentMs = 12_000;
const text = '🐦'.repeat(9_900);

const server = await startServer(createDataDir(), {
  settings: { MAX_CONNECTIONS_PER_USER: String(sockets + 10) },
});
const poster = new Poster(server.url, randomUUID(), 8);
const wrong: string[] = [];

interface Received {
  readonly reader: Reader;
  count: number;
}

function createReader(userId: string): Received {
  const received: Received = {
    count: 0,
    reader: new Reader({
      serverUrl: server.url,
      userId,
      resumable: true,
      acks: false,
      // The generator must be able to notice at once that a post was answered.
      onUnparsed() {
        received.count += 1;
      },
      onPost() {},
      onLost() {},
      onReset: () => void wrong.push('a reader was reset'),
    }),
  };
  return received;
}

async function createPosts(): Promise<void> {
  let left = posts;
  const writing = Array.from({ length: 8 }, async () => {
    while (left > 0) {
      left -= 1;
      await poster.post(text);
    }
  });
  await Promise.all(writing);
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const end = measureCost(server);
  await work();
  return end();
}

async function receiveAll(received: Received, count: number): Promise<void> {
  while (received.count < count) await sleep(10);
}

/** How long another user's posts take. */
async function latenciesOf(): Promise<ReturnType<typeof spreadOf>> {
  const otherPoster = new Poster(server.url, randomUUID(), 64);
  const latenciesMs: number[] = [];
  await postSteadily(
    async () => {
      const startMs = performance.now();
      await otherPoster.post('x');
      latenciesMs.push(performance.now() - startMs);
    },
    { rate, seconds },
  );
  otherPoster.end();
  return spreadOf(latenciesMs);
}

const returning = randomUUID();
const away = Array.from({ length: sockets }, () => createReader(returning));
await openAll(
  away.map(
    ({ reader }) =>
      () =>
        reader.connect(),
  ),
);
for (const { reader } of away) reader.cut();

progress(`${posts} posts without readers, then with one`);
const written = await costOf(createPosts);
const live = createReader(randomUUID());
await live.reader.connect();
const sentLive = await costOf(async () => {
  await createPosts();
  await receiveAll(live, posts);
});
live.reader.end();

await sleep(recentMs);
progress('one connection resumes');
const [first, ...others] = away;
const replayed = await costOf(async () => {
  await first?.reader.connect();
  if (first !== undefined) await receiveAll(first, 2 * posts);
});
first?.reader.end();

await sleep(recentMs);
progress('another user posts, alone');
const alone = await latenciesOf();
progress(`another user posts, while ${others.length} connections resume`);
await openAll(
  others.map(
    ({ reader }) =>
      () =>
        reader.connect(),
  ),
);
const beside = await latenciesOf();
const finished = others.filter(({ count }) => count >= 2 * posts).length;

const liveCpu = sentLive.server.cpuSeconds - written.server.cpuSeconds;
const replayCpu = replayed.server.cpuSeconds / 2;
const result = {
  posts,
  postBytes: Buffer.byteLength(text),
  sockets: others.length,
  /** CPU seconds of the server for `posts` posts. */
  writeCpuSeconds: written.server.cpuSeconds,
  liveCpuSeconds: round(liveCpu),
  replayCpuSeconds: round(replayCpu),
  replayToLive: round(replayCpu / liveCpu),
  postMsAlone: alone,
  postMsBesideReplays: beside,
  besideToAlone: { p50: round(beside.p50 / alone.p50), p99: round(beside.p99 / alone.p99) },
  replaysFinishedMeanwhile: finished,
  cost: { written, sentLive, replayed },
};
printResult(result, wrong);
for (const { reader } of away) reader.end();
poster.end();
await server.end('SIGTERM');
