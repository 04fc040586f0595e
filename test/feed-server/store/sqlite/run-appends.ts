import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const script = join(import.meta.dirname, 'append-process.ts');

export interface AppendRun {
  readonly lines: readonly string[];
  readonly errorText: string;
}

/** Runs append-process.ts until it ends; `onLine` may kill it. `maxFileKb` limits the size of its files. */
export async function runAppends(
  path: string,
  { onLine, maxFileKb }: { onLine?: (count: number, child: ChildProcess) => void; maxFileKb?: number } = {},
): Promise<AppendRun> {
  const command =
    maxFileKb === undefined
      ? [process.execPath, script, path]
      : ['bash', '-c', `ulimit -f ${maxFileKb} && exec "$0" "$@"`, process.execPath, script, path];
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const lines: string[] = [];
  let errorText = '';
  child.stderr.on('data', (chunk) => {
    errorText += String(chunk);
  });
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    onLine?.(lines.length, child);
  }
  await ended;
  return { lines, errorText };
}
