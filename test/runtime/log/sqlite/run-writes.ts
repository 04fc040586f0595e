import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const script = join(import.meta.dirname, 'write-process.ts');

export interface WriteRun {
  readonly printed: readonly string[];
  readonly errorText: string;
}

/** Runs write-process.ts until it ends; `onPrinted` may kill it. `maxFileKb` limits the size of its files. */
export async function runWrites(
  path: string,
  {
    onPrinted,
    maxFileKb,
  }: { onPrinted?: (count: number, child: ChildProcess) => void; maxFileKb?: number } = {},
): Promise<WriteRun> {
  const command =
    maxFileKb === undefined
      ? [process.execPath, script, path]
      : ['bash', '-c', `ulimit -f ${maxFileKb} && exec "$0" "$@"`, process.execPath, script, path];
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const printed: string[] = [];
  let errorText = '';
  child.stderr.on('data', (chunk) => {
    errorText += String(chunk);
  });
  for await (const text of createInterface(child.stdout)) {
    printed.push(text);
    onPrinted?.(printed.length, child);
  }
  await ended;
  return { printed, errorText };
}
