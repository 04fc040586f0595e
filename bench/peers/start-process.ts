import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dialect, PeerProcess } from './peer.ts';
import { plainDialect } from './plain-dialect.ts';

export interface PeerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Environment variables besides PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly dialect: Dialect;
  /** Matches the output line that is printed once it listens; the first group is the port. */
  readonly ready?: RegExp;
  /** The stream of that line; the other one is passed through. Default: stdout. */
  readonly readyOn?: 'stdout' | 'stderr';
}

/** A peer on the same Node; `source` is its program in this folder. */
export function startNodePeer(
  source: string,
  options: { readonly env?: PeerCommand['env'] | undefined; readonly dialect?: Dialect } = {},
): Promise<PeerProcess> {
  const { env = {}, dialect = plainDialect } = options;
  return startProcess({
    command: process.execPath,
    args: [join(import.meta.dirname, source)],
    env,
    dialect,
  });
}

/** A process that did not listen. */
export class StartError extends Error {
  /** The last line of its standard error; empty if it printed none. */
  readonly reason: string;

  constructor(message: string, reason: string) {
    super(reason === '' ? message : `${message}: ${reason}`);
    this.reason = reason;
  }
}

const startTimeoutMs = 30_000;
const stopTimeoutMs = 10_000;

/** Starts a peer, which is stopped with this process at the latest. Rejects with StartError if it does not listen within 30 s. */
export async function startProcess(options: PeerCommand): Promise<PeerProcess> {
  const { command, args, env, dialect } = options;
  const { ready = /^listening on 127\.0\.0\.1:(\d+)$/, readyOn = 'stdout' } = options;
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const other = readyOn === 'stdout' ? child.stderr : child.stdout;
  // Standard output is for the results.
  other.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  let lastError = '';
  createInterface({ input: child.stderr }).on('line', (text) => {
    lastError = text.trim() || lastError;
  });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit');
  // By then, its output is complete.
  const closed = once(child, 'close');
  // Handled when it starts and when it is stopped.
  for (const ending of [exited, closed]) ending.catch(() => {});

  const listening = new Promise<number>((resolve) => {
    createInterface({ input: child[readyOn] }).on('line', (line) => {
      const port = ready.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
  const timer = new AbortController();
  const port = await Promise.race([
    listening,
    closed.then(() => 'exited'),
    sleep(startTimeoutMs, 'was stopped after 30 s', { signal: timer.signal }),
  ]).finally(() => timer.abort());
  if (typeof port === 'string') {
    process.off('exit', kill);
    kill();
    throw new StartError(`${command} ${args.join(' ')} ${port} before it listened`, lastError);
  }

  return {
    port,
    pid: child.pid ?? 0,
    dialect,
    async stop() {
      process.off('exit', kill);
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`${command} exited before it was stopped (${child.signalCode ?? child.exitCode})`);
      }
      child.kill('SIGTERM');
      const late = setTimeout(kill, stopTimeoutMs);
      await exited;
      clearTimeout(late);
    },
  };
}
