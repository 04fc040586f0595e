/** Reads the examples in the documentation, and runs them. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';

export const root = join(import.meta.dirname, '../..');

/** A Markdown file of this repository. */
export function readPage(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The first fenced code block in `language` that contains `text`. */
export function findExample(path: string, language: string, text: string): string {
  const blocks = [...readPage(path).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  const found = blocks.find(([, info, code]) => info === language && code?.includes(text))?.[2];
  if (found === undefined) throw new Error(`${path} has no ${language} example with ${text}.`);
  return found;
}

/** Replaces text that must be in an example, such as a port that may be in use. */
export function adapt(example: string, from: string, to: string): string {
  if (!example.includes(from)) throw new Error(`The example does not contain ${from}.`);
  return example.replaceAll(from, to);
}

interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a program; it and the programs that it starts end with the test. */
export function start(program: string, args: readonly string[], { cwd, env = process.env }: RunOptions) {
  const child = spawn(program, [...args], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  onTestFinished(() => stopGroup(child));
  return child;
}

/** npm and bash have children, so the signal is for the whole group. */
async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const exited = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  await exited;
}

/** The output of a program until it contains `text`, or all of it. */
export async function readUntil(
  { stdout }: ChildProcessByStdio<null, Readable, null>,
  text: string,
): Promise<string> {
  let output = '';
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    output += String(chunk);
    if (output.includes(text)) break;
  }
  return output;
}
