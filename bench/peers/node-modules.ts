import { statSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const bench = join(import.meta.dirname, '..');

/** The folder of the packages that only the benchmarks need. */
export const nodeModules: string = join(bench, 'node_modules');

let installing: Promise<string | null> | undefined;

/** Installs them by bench/package-lock.json if needed. Resolves with the reason if it cannot, otherwise with null. */
export function installNodeModules(): Promise<string | null> {
  // The last file that npm writes: an older one lacks packages that were added since.
  const installedMs = changedMs(join(nodeModules, '.package-lock.json'));
  if (installedMs >= changedMs(join(bench, 'package-lock.json'))) return Promise.resolve(null);
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  installing ??= runCommand({ command: 'npm', args, cwd: bench });
  return installing;
}

/** When a file was last changed; 0 for a missing file. */
function changedMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
