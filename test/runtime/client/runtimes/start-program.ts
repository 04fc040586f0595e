import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { FeedEvent, FeedTarget } from './follow-feed.ts';

/** A running client of the feed. */
export interface Reader {
  readonly events: readonly FeedEvent[];
  /** Lets the client close, and waits until it has. */
  close(): Promise<void>;
}

/** Starts feed-program.ts with a runtime. */
export function startProgram(command: readonly string[], { url, token }: FeedTarget, file: string): Reader {
  const [program = '', ...args] = command;
  const child = spawn(program, [...args, join(import.meta.dirname, 'feed-program.ts'), url, token, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const events: FeedEvent[] = [];
  createInterface(child.stdout).on('line', (line) => events.push(JSON.parse(line)));
  return {
    events,
    async close() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
