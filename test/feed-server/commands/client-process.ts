import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../../../src/feed-server/commands/client.ts', import.meta.url));

interface RunningClient {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  /** Its output so far. */
  readonly output: { stdout: string; stderr: string };
  /** The exit code, or the name of the signal that killed it. */
  readonly exit: Promise<number | string>;
}

/** Runs the test client as a process whose environment is `env` only. It is killed after the test. */
export function startClient(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningClient {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  const exit = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? ''));
  });
  return { process: child, output, exit };
}
