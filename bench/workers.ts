/** Measures messages delivered per second by one worker, and by several on the same machine. */
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { readOptions } from './options.ts';
import { Poster } from './posts-load.ts';
import { cpuByProcess, machineCpuSeconds } from './process-cpu.ts';
import { RawReader } from './raw-reader.ts';
import {
  createDataDir,
  limitRun,
  needConnections,
  needDatabase,
  printResult,
  progress,
  round,
  type ServerProcess,
  startServer,
} from './support.ts';

const { most, connections, seconds, inflight, bytes } = readOptions({
  name: 'workers',
  summary: `Plain connections receive every post, and posts are created as fast as they are answered, by one worker and
then by each number of workers up to --most, with the PostgreSQL database given by DATABASE_URL, which should
be new. This process generates the load and counts bytes without parsing them. Its CPU is reported separately,
and so is that of everything else on the machine, including PostgreSQL.`,
  numbers: {
    most: { fallback: 2, min: 1, max: 64, description: 'workers' },
    connections: { fallback: 1000, min: 1, max: 50_000, description: 'connections' },
    seconds: { fallback: 10, min: 1, max: 600, description: 'seconds per number of workers' },
    inflight: { fallback: 8, min: 1, max: 1000, description: 'posts in flight' },
    bytes: { fallback: 200, min: 10, max: 10_000, description: 'size of a post' },
  },
});
const databaseUrl = needDatabase(', since several workers cannot share the embedded store');
needConnections(connections);
limitRun(most * (seconds + 60));

const text = 'x'.repeat(bytes);
const author = randomUUID();
const message = { type: 'post', payload: { postId: author, postText: text, author_user_id: author } };
const payloadBytes = JSON.stringify(message).length;
/** RFC 6455 section 5.2: two bytes, and two more for lengths above 125. */
const frameBytes = payloadBytes + (payloadBytes > 125 ? 4 : 2);

/** Creates posts until the time is up and all have a response. Resolves with their number. */
async function postFor(poster: Poster, durationSeconds: number): Promise<number> {
  const endMs = performance.now() + durationSeconds * 1000;
  let posts = 0;
  const writers = Array.from({ length: inflight }, async () => {
    while (performance.now() < endMs) {
      await poster.post(text);
      posts += 1;
    }
  });
  await Promise.all(writers);
  return posts;
}

function deliveredTo(readers: readonly RawReader[]): number {
  return readers.reduce((sum, reader) => sum + reader.bytes, 0) / frameBytes;
}

/** Waits until no delivery is missing, for at most 30 s. */
async function complete(readers: readonly RawReader[], posts: number): Promise<void> {
  for (const endMs = performance.now() + 30_000; performance.now() < endMs; await sleep(5)) {
    if (deliveredTo(readers) >= posts * readers.length) return;
  }
}

function measureCpu(server: ServerProcess): () => object {
  const machine = machineCpuSeconds();
  const before = cpuByProcess(server.pid);
  const own = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(own);
    const generator = (user + system) / 1e6;
    const spent = [...cpuByProcess(server.pid)].map(([id, cpu]) => cpu - (before.get(id) ?? 0));
    const all = spent.reduce((sum, cpu) => sum + cpu, 0);
    return {
      /** The started process and its workers, if any. */
      serverCpuSeconds: spent.map(round),
      generatorCpuSeconds: round(generator),
      elsewhereCpuSeconds: round(Math.max(0, machineCpuSeconds() - machine - all - generator)),
    };
  };
}

async function run(workers: number, wrong: string[]): Promise<object> {
  progress(`${workers} workers: opening ${connections} connections`);
  const settings = {
    DATABASE_URL: databaseUrl,
    WORKERS: String(workers),
    PING_INTERVAL_MS: '3600000',
  };
  const server = await startServer(createDataDir(), { settings });
  const readers: RawReader[] = [];
  while (readers.length < connections) {
    const next = Array.from(
      { length: Math.min(100, connections - readers.length) },
      () => new RawReader(server.url),
    );
    await Promise.all(next.map((reader) => reader.opened));
    readers.push(...next);
  }
  const poster = new Poster(server.url, author, inflight);
  const warm = await postFor(poster, 2);
  await complete(readers, warm);
  progress(`${workers} workers: posting for ${seconds} s`);
  const endCpu = measureCpu(server);
  const startMs = performance.now();
  const posts = await postFor(poster, seconds);
  await complete(readers, warm + posts);
  const tookSeconds = (performance.now() - startMs) / 1000;
  const cpu = endCpu();
  const delivered = deliveredTo(readers) - warm * connections;
  if (delivered !== posts * connections)
    wrong.push(`${workers} workers: ${delivered} of ${posts * connections}`);
  if (readers.some(({ isLost }) => isLost)) wrong.push(`${workers} workers: connections were lost`);
  for (const reader of readers) reader.end();
  poster.end();
  await server.end('SIGTERM');
  return {
    workers,
    posts,
    delivered,
    seconds: round(tookSeconds),
    postsPerSecond: Math.round(posts / tookSeconds),
    deliveredPerSecond: Math.round(delivered / tookSeconds),
    ...cpu,
  };
}

const wrong: string[] = [];
const runs: object[] = [];
for (let workers = 1; workers <= most; workers += 1) runs.push(await run(workers, wrong));
printResult({ connections, bytes, frameBytes, inflight, cores: availableParallelism(), runs }, wrong);
