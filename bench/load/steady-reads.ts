import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The durations of the requests scheduled in one interval. */
export interface ReadTimes {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Why a request failed; null if all got 2xx. */
  readonly wrong: string | null;
}

/**
 * Sends GET requests at a constant rate, regardless of how long the server takes, from a separate process: load
 * on the generator must not count as the server's.
 */
export interface SteadyReads {
  /** Resolves once all requests since the last call have a response. */
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
      throw new Error('the reading process has exited');
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
