import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '../..');

export interface ServerProcess {
  readonly url: string;
  readonly process: ChildProcess;
  /** What it has written to standard error so far. */
  readonly stderr: () => string;
  /** Ends it by the signal, and resolves with its exit code or the signal's name. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** Runs the server as users do, as a process of its own on a free port; it ends with the test. */
export async function spawnServer(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<ServerProcess> {
  const child = spawnNode(['src/feed-server/main.ts', ...args], { PORT: '0', ...env });
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const exited = once(child, 'exit');
  const ready = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const url = /^Posted serves REST on (http:\/\/\S+)/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
    void exited.then(() => reject(new Error(`the server did not start:\n${stderr}`)));
  });
  return {
    url: await ready,
    process: child,
    stderr: () => stderr,
    async end(signal) {
      child.kill(signal);
      const [code, by] = await exited;
      return code ?? by;
    },
  };
}

/** Runs the server's command to its end. */
export function runMain(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return runNode(['src/feed-server/main.ts', ...args], env);
}

/** Runs a file of the project to its end. */
export async function runNode(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawnNode(args, env);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const [code] = await once(child, 'close');
  return { code: code as number | null, stdout, stderr };
}

function spawnNode(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn(process.execPath, [...args], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}
