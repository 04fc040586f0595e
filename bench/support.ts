/** Shared by the benchmarks: the server as a separate process, its resource use, and the output of results. */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import jwt from 'jsonwebtoken';
import { rssMb } from './load/usage.ts';
import { cpuByThread } from './process-cpu.ts';
import { serverArguments } from './server-arguments.ts';

/** The JWT secret of the servers that benchmarks start. */
export const secret = 'a secret for benchmarks, 32 bytes or more';

/** Reserve for files other than connections. */
const otherFiles = 200;

// Cleanup runs on `exit`, which a signal alone does not emit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Prints the result. `wrong` lists the faults that make it void. */
export function printResult(result: object, wrong: readonly string[]): void {
  const verdict = wrong.length === 0 ? 'valid' : `void: ${wrong.join(', ')}`;
  process.stdout.write(`${JSON.stringify({ ...result, verdict }, null, 2)}\n`);
  if (wrong.length === 0) return;
  progress(verdict);
  process.exitCode = 1;
}

/** Exits if the run takes longer. */
export function limitRun(seconds: number): void {
  const end = () => {
    progress(`void: timed out after ${seconds} s`);
    process.exit(1);
  };
  setTimeout(end, seconds * 1000).unref();
}

/** Exits if the process may not open that many connections. */
export function needConnections(count: number): void {
  const limit = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
  if (limit >= count + otherFiles) return;
  progress(
    `Only ${limit} files may be open: run \`ulimit -n ${count + otherFiles}\` first, or use fewer connections.`,
  );
  process.exit(2);
}

/** The database of a benchmark. Exits if DATABASE_URL is not set. */
export function needDatabase(): string {
  const { DATABASE_URL } = process.env;
  if (DATABASE_URL) return DATABASE_URL;
  progress('DATABASE_URL must name a PostgreSQL database.');
  process.exit(2);
}

export function tokenOf(userId: string, options: jwt.SignOptions = {}): string {
  return jwt.sign({}, secret, { subject: userId, jwtid: randomUUID(), expiresIn: '1d', ...options });
}

/** A new folder, which is deleted when this process exits. */
export function createDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'posted-bench-'));
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

function died(): never {
  progress('void: the server exited');
  process.exit(1);
}

export interface ServerProcess {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Also the id of the main thread. */
  readonly pid: number;
  /** The value of a metric without labels. */
  gauge(metric: string): Promise<number>;
  /** The CPU seconds of each thread so far, by thread id. */
  cpuByThread(): ReadonlyMap<number, number>;
  rssMb(): number;
  /** The sums of a metric in /metrics, by the values of one label. */
  counts(metric: string, label: string): Promise<Readonly<Record<string, number>>>;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface ServerOptions {
  /** 0, the default, for any free port. */
  readonly port?: number;
  /** Additional settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts the server as users do. If the server exits, so does the benchmark, and the other way around. */
export async function startServer(
  dataDir: string,
  { port = 0, settings = {} }: ServerOptions = {},
): Promise<ServerProcess> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: dataDir,
    JWT_SECRET: secret,
    LOG_LEVEL: 'warn',
    ...settings,
  };
  const child = spawn(process.execPath, serverArguments(), {
    env,
    // Its log is progress output: standard output is for the result.
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', died);
  const url = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /^Posted serves REST on (http:\/\/\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const pid = child.pid ?? 0;

  return {
    url,
    pid,
    cpuByThread: () => cpuByThread(pid),
    rssMb: () => round(rssMb(pid)),
    counts: async (metric, label) => sumByLabel(await scrape(url), metric, label),
    async gauge(metric) {
      return Number(new RegExp(`^${metric} (\\S+)$`, 'm').exec(await scrape(url))?.[1]);
    },
    async end(signal) {
      child.off('exit', died);
      process.off('exit', kill);
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

async function scrape(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`);
  return await response.text();
}

/** Parses the text format of Prometheus. */
function sumByLabel(text: string, metric: string, label: string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${metric}{`)) continue;
    const name = new RegExp(`[{,]${label}="([^"]*)"`).exec(line)?.[1] ?? '';
    sums[name] = (sums[name] ?? 0) + Number(line.slice(line.lastIndexOf(' ')));
  }
  return sums;
}

export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).toSorted();
  const at = (share: number) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

export function round(value: number): number {
  return Number(value.toFixed(2));
}
