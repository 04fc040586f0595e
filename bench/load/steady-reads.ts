import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** How long requests took that were due in one span of time. */
export interface ReadTimes {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Why a request was not answered with 2xx; null where all were. */
  readonly wrong: string | null;
}

/**
 * GET requests at an even rate, however long the server takes, from a process of its own: what keeps the
 * load generator busy must not count as the server's.
 */
export interface SteadyReads {
  /** Of the requests since the last call, once all are answered. */
  take(): Promise<ReadTimes>;
  end(): Promise<void>;
}

export interface SteadyReadsOptions {
  readonly port: number;
  readonly path: string;
  /** Requests per second. */
  readonly rate: number;
}

export async function startSteadyReads({ port, path, rate }: SteadyReadsOptions): Promise<SteadyReads> {
  const child = fork(join(import.meta.dirname, 'steady-reads-process.ts'), [
    String(port),
    path,
    String(rate),
  ]);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit');

  async function answer(): Promise<unknown> {
    const died = exited.then(() => {
      throw new Error('the process that reads has ended');
    });
    const [message] = (await Promise.race([once(child, 'message'), died])) as readonly unknown[];
    return message;
  }

  await answer();
  return {
    async take() {
      child.send('take');
      return (await answer()) as ReadTimes;
    },
    async end() {
      process.off('exit', kill);
      kill();
      await exited;
    },
  };
}
