import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '../..');

export interface ServerProcess {
  readonly url: string;
  readonly process: ChildProcess;
  /** The text of standard error so far; empty where the test passed a file descriptor for it. */
  readonly stderr: () => string;
  /** Sends the signal, and resolves with the exit code or the name of the signal that ended the process. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/**
 * Runs the server as users do, in its own process and on a free port; it ends with the test.
 *
 * @param options.stderr a file descriptor for its standard error
 * @param options.project the folder of another version of this project
 */
export async function spawnServer(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  options: { readonly stderr?: number; readonly project?: string } = {},
): Promise<ServerProcess> {
  const child = spawnNode(['src/feed-server/main.ts', ...args], { PORT: '0', ...env }, options);
  let logged = '';
  child.stderr?.on('data', (chunk) => {
    logged += String(chunk);
  });
  const exited = once(child, 'exit');
  const ready = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const url = /^Posted serves REST on (http:\/\/\S+)/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
    void exited.then(() => reject(new Error(`the server did not start:\n${logged}`)));
  });
  return {
    url: await ready,
    process: child,
    stderr: () => logged,
    async end(signal) {
      child.kill(signal);
      const [code, by] = await exited;
      return code ?? by;
    },
  };
}

/** The environment of a process that runs `code`, a module, before anything else. */
export function preload(code: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

/** Runs the server's command until it exits. */
export function runMain(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return runNode(['src/feed-server/main.ts', ...args], env);
}

/** Runs a file of the project until it exits. */
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

/** CI sets it, and without it every process would compile the server again. */
const { NODE_COMPILE_CACHE } = process.env;
const compileCache = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };

function spawnNode(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { stderr = 'pipe', project = root }: { readonly stderr?: number | 'pipe'; readonly project?: string } = {},
): ChildProcess {
  const child = spawn(process.execPath, [...args], {
    cwd: project,
    env: { PATH: process.env.PATH ?? '', ...compileCache, ...env },
    stdio: ['ignore', 'pipe', stderr],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}
