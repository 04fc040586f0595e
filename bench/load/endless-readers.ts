import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The requests that one reader repeats, in turn. */
export interface EndlessReader {
  /** The paths with their queries. */
  readonly paths: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the readers received so far. */
export interface Reads {
  /** By status; 0 for requests without a response. */
  readonly byStatus: Readonly<Record<number, number>>;
  /** By path without the query: the number of responses with 200. */
  readonly byPath: Readonly<Record<string, number>>;
  readonly bytes: number;
}

export interface EndlessReaders {
  /** Ends them, with a request of each in flight, as clients that leave. Resolves with what they received. */
  end(): Promise<Reads>;
}

/**
 * Starts a process whose readers each send a request as soon as the previous one is answered. Resolves when they
 * have started.
 */
export async function startEndlessReaders(
  port: number,
  readers: readonly EndlessReader[],
): Promise<EndlessReaders> {
  const child = fork(join(import.meta.dirname, 'endless-readers-process.ts'), [
    String(port),
    JSON.stringify(readers),
  ]);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit');

  async function answer(): Promise<unknown> {
    const died = exited.then(() => {
      throw new Error('the process of the endless readers has exited');
    });
    // Handled if it answers.
    died.catch(() => {});
    const [message] = (await Promise.race([once(child, 'message'), died])) as readonly unknown[];
    return message;
  }

  await answer();
  return {
    async end() {
      child.send('end');
      const reads = (await answer()) as Reads;
      process.off('exit', kill);
      kill();
      await exited;
      return reads;
    },
  };
}
