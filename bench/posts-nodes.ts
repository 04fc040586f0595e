/** Measures posts per second through 1, 2 and 4 servers that share a PostgreSQL database, which this starts. */
import { randomUUID } from 'node:crypto';
import { prepareEngine } from '../scripts/dev/services/engine.ts';
import { postgres } from '../scripts/dev/services/postgres.ts';
import { openPostgresStore } from '../src/feed-server/store/postgres-store.ts';
import { readOptions } from './options.ts';
import { Poster, postInTurns } from './posts-load.ts';
import { machineCpuSeconds } from './process-cpu.ts';
import { createDataDir, limitRun, printResult, progress, round, spreadOf, startServer } from './support.ts';

const { seconds, concurrency } = readOptions({
  name: 'posts-nodes',
  summary: `Creates posts over --concurrency keep-alive connections to 1, 2 and 4 servers that share a new PostgreSQL
with fsync on. Prints posts per second, latency and CPU, and whether seq has a gap.`,
  numbers: {
    seconds: { fallback: 8, min: 1, max: 600, description: 'seconds per number of servers' },
    concurrency: { fallback: 64, min: 4, max: 4096, description: 'posts in flight, over all servers' },
  },
});
limitRun(3 * seconds + 120);

// Every server and folder is cleaned up when this process exits.
process.setMaxListeners(0);

const log = { debug() {}, info() {}, warn() {}, error: (_fields: object, text: string) => progress(text) };

/** Whether the log has no gaps. */
async function hasGap(databaseUrl: string): Promise<boolean> {
  const store = await openPostgresStore({ url: databaseUrl, log });
  try {
    const head = await store.headSeq();
    for (let seq = 0; seq < head; ) {
      const page = await store.eventsAfter(seq, 1000);
      if (page.length === 0) return true;
      for (const event of page) {
        seq += 1;
        if (event.seq !== seq) return true;
      }
    }
    return false;
  } finally {
    await store.close();
  }
}

async function measure(nodes: number): Promise<object> {
  const engine = await prepareEngine(postgres);
  await engine.start();
  const settings = { DATABASE_URL: engine.url };
  const servers = await Promise.all(
    Array.from({ length: nodes }, () => startServer(createDataDir(), { settings })),
  );
  const posters = servers.map(({ url }) => new Poster(url, randomUUID(), concurrency));

  const posterOf = (writer: number): Poster => posters[writer % nodes] as Poster;
  const run = (durationSeconds: number): Promise<number[]> =>
    postInTurns(posterOf, { writers: concurrency, seconds: durationSeconds });

  const serverCpu = (): number =>
    servers.reduce(
      (sum, server) => sum + [...server.cpuByThread().values()].reduce((own, cpu) => own + cpu, 0),
      0,
    );
  await run(2);
  progress(`${nodes} servers: posting for ${seconds} s`);
  const [machineBefore, serverBefore, ownBefore] = [machineCpuSeconds(), serverCpu(), process.cpuUsage()];
  const latenciesMs = await run(seconds);
  const own = process.cpuUsage(ownBefore);
  const serverCpuSeconds = serverCpu() - serverBefore;
  const generatorCpuSeconds = (own.user + own.system) / 1e6;
  const machineCpu = machineCpuSeconds() - machineBefore;
  const gap = await hasGap(engine.url);
  for (const poster of posters) poster.end();
  for (const server of servers) await server.end('SIGTERM');
  await engine.remove();
  return {
    servers: nodes,
    postsPerSecond: Math.round(latenciesMs.length / seconds),
    answerMs: spreadOf(latenciesMs),
    serverCpuSeconds: round(serverCpuSeconds),
    generatorCpuSeconds: round(generatorCpuSeconds),
    // PostgreSQL, and whatever else runs on this machine.
    elsewhereCpuSeconds: round(machineCpu - serverCpuSeconds - generatorCpuSeconds),
    gap,
  };
}

const runs: object[] = [];
for (const nodes of [1, 2, 4]) runs.push(await measure(nodes));
const wrong = runs.some((run) => 'gap' in run && run.gap === true) ? ['seq has a gap'] : [];
printResult({ concurrency, runs }, wrong);
