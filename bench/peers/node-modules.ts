import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const bench = join(import.meta.dirname, '..');

/** Where the packages are that only the benchmarks need. */
export const nodeModules: string = join(bench, 'node_modules');

let installing: Promise<string | null> | undefined;

/** Installs them where they are not there, as bench/package-lock.json says. Resolves with why it cannot, or with null. */
export function installNodeModules(): Promise<string | null> {
  // The last thing that npm writes.
  if (existsSync(join(nodeModules, '.package-lock.json'))) return Promise.resolve(null);
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  installing ??= runCommand({ command: 'npm', args, cwd: bench });
  return installing;
}
