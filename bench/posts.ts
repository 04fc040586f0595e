/** Measures posts per second over REST, each on disk before its response. */
import { randomUUID } from 'node:crypto';
import { measureCost } from './cost.ts';
import { readOptions } from './options.ts';
import { Poster, postInTurns } from './posts-load.ts';
import { createDataDir, limitRun, printResult, progress, round, spreadOf, startServer } from './support.ts';

const { seconds, concurrency } = readOptions({
  name: 'posts',
  summary: `Creates posts over --concurrency keep-alive connections, each as fast as it gets responses. Prints posts per
second, latency and CPU.`,
  numbers: {
    seconds: { fallback: 10, min: 1, max: 3600, description: 'seconds to measure' },
    concurrency: { fallback: 64, min: 1, max: 4096, description: 'posts in flight' },
  },
});
limitRun(seconds + 60);

const server = await startServer(createDataDir());
const poster = new Poster(server.url, randomUUID(), concurrency);

const run = (durationSeconds: number): Promise<number[]> =>
  postInTurns(() => poster, { writers: concurrency, seconds: durationSeconds });

progress('warming up for 2 s');
await run(2);
progress(`posting for ${seconds} s`);
const endCost = measureCost(server);
const latenciesMs = await run(seconds);
const cost = endCost();
const posts = latenciesMs.length;
printResult(
  {
    concurrency,
    posts,
    postsPerSecond: Math.round(posts / cost.seconds),
    answerMs: spreadOf(latenciesMs),
    serverCpuMicrosecondsPerPost: Math.round((cost.server.cpuSeconds / posts) * 1e6),
    storeThreadShare: round(cost.server.storeThreadCpuSeconds / cost.server.cpuSeconds),
    serverRssMb: server.rssMb(),
    cost,
  },
  [],
);
poster.end();
await server.end('SIGTERM');
