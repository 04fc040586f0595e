import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The first build downloads and compiles a lot. */
const timeoutMs = 600_000;

const isProgress = /^go: downloading /;

/** Runs a command for at most 10 minutes. Resolves with null, or with the reason of the failure in one line. */
export function runCommand({ command, args, cwd, env }: Command): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: timeoutMs,
    });
    let firstLine = '';
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (!isProgress.test(line)) firstLine ||= line.trim();
    });
    child.once('error', (error) => {
      const isMissing = 'code' in error && error.code === 'ENOENT';
      resolve(isMissing ? `${command} is not installed` : error.message);
    });
    child.once('close', (code) => {
      resolve(code === 0 ? null : `${command} ${args[0] ?? ''} failed: ${firstLine || 'it did not end'}`);
    });
  });
}
