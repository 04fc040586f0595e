/**
 * Posts per second through REST, each on disk before it is answered: `node bench/posts.ts --help`.
 * The server is a process of its own; this one makes the load and tells its own CPU apart.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import jwt from 'jsonwebtoken';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    concurrency: { type: 'string', default: '64' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`Usage: node bench/posts.ts [--seconds 10] [--concurrency 64]

Starts the server with its embedded store in a folder of its own, posts from as many keep-alive connections as
--concurrency says, and prints posts per second, latency, and CPU (Linux: from /proc) as one JSON object.
`);
  process.exit(0);
}

const seconds = Number(values.seconds);
const concurrency = Number(values.concurrency);
const secret = 'a secret for benchmarks, 32 bytes or more';
const dataDir = mkdtempSync(join(tmpdir(), 'posted-bench-'));
const server = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], {
  env: { PATH: process.env.PATH ?? '', PORT: '0', DATA_DIR: dataDir, JWT_SECRET: secret, LOG_LEVEL: 'warn' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise<string>((resolve, reject) => {
  createInterface({ input: server.stdout }).on('line', (line) => {
    const found = /^Posted serves REST on (http:\/\/\S+)/.exec(line)?.[1];
    if (found !== undefined) resolve(found);
  });
  server.once('exit', () => reject(new Error('the server did not start')));
});

const token = jwt.sign({}, secret, { subject: randomUUID(), expiresIn: 3600 });
const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
const options = {
  agent,
  method: 'POST',
  headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
};

function post(text: string): Promise<number> {
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/post/create`, options, (response) => {
      response.resume();
      response.once('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - startMs);
        else reject(new Error(`answered with ${response.statusCode}`));
      });
    });
    outgoing.once('error', reject);
    outgoing.end(JSON.stringify({ text }));
  });
}

/** CPU seconds of each thread of a process so far, by thread id (proc(5): utime and stime, in ticks of 10 ms). */
function cpuByThread(pid: number): ReadonlyMap<number, number> {
  const threads = readdirSync(`/proc/${pid}/task`).map((id): [number, number] => {
    const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [Number(id), (Number(fields[11]) + Number(fields[12])) / 100];
  });
  return new Map(threads);
}

async function run(durationSeconds: number): Promise<number[]> {
  const endMs = performance.now() + durationSeconds * 1000;
  const latenciesMs: number[] = [];
  const writers = Array.from({ length: concurrency }, async (_, writer) => {
    for (let count = 0; performance.now() < endMs; count += 1) {
      latenciesMs.push(await post(`post ${count} of writer ${writer}, ${'x'.repeat(100)}`));
    }
  });
  await Promise.all(writers);
  return latenciesMs;
}

const pid = server.pid ?? 0;
await run(2); // warm-up
const before = cpuByThread(pid);
const ownBefore = process.cpuUsage();
const startMs = performance.now();
const latenciesMs = (await run(seconds)).toSorted((a, b) => a - b);
const elapsedSeconds = (performance.now() - startMs) / 1000;
const own = process.cpuUsage(ownBefore);
const spent = [...cpuByThread(pid)].map(([id, cpu]) => ({ id, cpu: cpu - (before.get(id) ?? 0) }));
const total = spent.reduce((sum, { cpu }) => sum + cpu, 0);
const main = spent.find(({ id }) => id === pid)?.cpu ?? 0;
// The store's worker is the one busy thread beside the main thread.
const store = Math.max(...spent.filter(({ id }) => id !== pid).map(({ cpu }) => cpu));

function percentile(share: number): number {
  return latenciesMs[Math.floor(latenciesMs.length * share)] ?? Number.NaN;
}

const posts = latenciesMs.length;
process.stdout.write(
  `${JSON.stringify(
    {
      concurrency,
      posts,
      postsPerSecond: Math.round(posts / elapsedSeconds),
      p50Ms: Number(percentile(0.5).toFixed(2)),
      p99Ms: Number(percentile(0.99).toFixed(2)),
      serverCpuMicrosecondsPerPost: Math.round((total / posts) * 1e6),
      mainThreadShare: Number((main / total).toFixed(3)),
      storeThreadShare: Number((store / total).toFixed(3)),
      loadGeneratorCpuSeconds: Number(((own.user + own.system) / 1e6).toFixed(2)),
      serverCpuSeconds: Number(total.toFixed(2)),
      elapsedSeconds: Number(elapsedSeconds.toFixed(2)),
    },
    null,
    2,
  )}\n`,
);
agent.destroy();
server.kill('SIGTERM');
server.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
