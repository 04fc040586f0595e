/** Measures how long it takes to serve every client again after the server was killed. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureCost } from './cost.ts';
import { Deliveries } from './deliveries.ts';
import { readOptions } from './options.ts';
import { Poster } from './posts-load.ts';
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

const {
  clients,
  posts,
  bytes,
  limit: limitSeconds,
  acks,
} = readOptions({
  name: 'reconnect',
  summary: `Resumable connections follow the feed. Every other one is cut, half of the posts are created at once, and the
server is killed (SIGKILL) as soon as they are answered. It is restarted with the same folder and port. Once it
listens, all connections resume from their cursors at the same time, without a back-off, and the other half is
posted. A client is live when it has received \`ready\` and every post. Every client must receive every post
exactly once.`,
  numbers: {
    clients: { fallback: 5000, min: 1, max: 20_000, description: 'connections' },
    posts: { fallback: 100, min: 2, max: 10_000, description: 'total posts' },
    bytes: { fallback: 200, min: 10, max: 10_000, description: 'size of a post' },
    limit: { fallback: 60, min: 1, max: 3600, description: 'seconds until the run is void' },
  },
  flags: { acks: 'the clients acknowledge' },
});
needConnections(clients);
limitRun(limitSeconds + 180);

const dataDir = createDataDir();
const first = await startServer(dataDir);
const deliveries = new Deliveries(clients, bytes);
/** By client: the number of posts that it has not received. */
const toCome = new Uint32Array(clients).fill(posts);
/** By client: when it received `ready`, or its last post. */
const progressedAtMs = new Float64Array(clients);
const readyMs: number[] = [];
let connected = 0;
const allLost = Promise.withResolvers<void>();
let attempts = 0;
let resets = 0;
let lost = 0;

const readers = Array.from(
  { length: clients },
  (_, index) =>
    new Reader({
      serverUrl: first.url,
      resumable: true,
      acks,
      onPost(text) {
        deliveries.arrived(index, text);
        toCome[index] = (toCome[index] ?? 0) - 1;
        progressedAtMs[index] = performance.now();
      },
      onLost() {
        connected -= 1;
        lost += 1;
        if (connected === 0) allLost.resolve();
      },
      onReset() {
        resets += 1;
      },
    }),
);

/** Throws unless every post gets a response with 200. */
async function postAtOnce(url: string, count: number): Promise<void> {
  const poster = new Poster(url, randomUUID(), 64);
  await Promise.all(Array.from({ length: count }, () => poster.post(deliveries.next())));
  poster.end();
}

async function comeBack(reader: Reader, index: number, startMs: number): Promise<void> {
  const endMs = startMs + limitSeconds * 1000;
  while (performance.now() < endMs) {
    attempts += 1;
    if (await reader.connect()) {
      connected += 1;
      progressedAtMs[index] = Math.max(progressedAtMs[index] ?? 0, performance.now());
      readyMs.push(performance.now() - startMs);
      return;
    }
  }
}

progress(`opening ${clients} connections`);
await openAll(readers.map((reader) => () => reader.connect()));
connected = clients;

const before = Math.floor(posts / 2);
progress(`${before} posts, then SIGKILL`);
// These miss everything, no matter how fast the server served the others before it died.
for (const [index, reader] of readers.entries()) if (index % 2 === 1) reader.cut();
await postAtOnce(first.url, before);
const killedMs = performance.now();
await first.end('SIGKILL');
await allLost.promise;
const missed = deliveries.missing;

progress(`every connection is lost, ${missed} deliveries are missing; starting the server again`);
const second = await startServer(dataDir, { port: Number(new URL(first.url).port) });
const bootCpuSeconds = [...second.cpuByThread().values()].reduce((sum, cpu) => sum + cpu, 0);
const downMs = performance.now() - killedMs;

progress('it listens: all come back');
const endCost = measureCost(second);
const startMs = performance.now();
lost = 0;
const back = readers.map((reader, index) => comeBack(reader, index, startMs));
await Promise.all([...back, postAtOnce(second.url, posts - before)]);
await deliveries.complete(Math.max(0, startMs + limitSeconds * 1000 - performance.now()));
const cost = endCost();
// Duplicates may arrive late.
await sleep(1000);

const liveMs = Array.from(progressedAtMs, (atMs) => atMs - startMs);
const unfinished = toCome.reduce((sum, count) => sum + (count === 0 ? 0 : 1), 0);
const result = {
  clients,
  posts: deliveries.posts,
  acks,
  expected: deliveries.posts * clients,
  missing: deliveries.missing,
  duplicated: deliveries.duplicated,
  /** Deliveries of answered posts that were still missing when the server died. */
  missedAtKill: missed,
  secondsFromKillToListening: round(downMs / 1000),
  attempts,
  readyMs: spreadOf(readyMs),
  liveMs: spreadOf(liveMs),
  secondsUntilLastIsLive: round(Math.max(...liveMs) / 1000),
  serverCpuSecondsToListen: round(bootCpuSeconds),
  serverCpuMicrosecondsPerClient: Math.round((cost.server.cpuSeconds / clients) * 1e6),
  serverRssMb: second.rssMb(),
  replays: await second.counts('posted_replays_total', 'outcome'),
  resets: await second.counts('posted_resets_total', 'reason'),
  refused: await second.counts('posted_websocket_handshakes_refused_total', 'reason'),
  closedByCode: await second.counts('posted_websocket_closed_total', 'code'),
  cost,
};
const wrong = [
  ...deliveries.faults(),
  ...(connected < clients ? [`${clients - connected} clients are not back`] : []),
  ...(unfinished > 0 ? [`${unfinished} clients are not live`] : []),
  ...(resets > 0 ? [`${resets} clients were reset`] : []),
  ...(lost > 0 ? [`${lost} connections were lost again`] : []),
];
printResult(result, wrong);
for (const reader of readers) reader.end();
await second.end('SIGTERM');
