import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import type { Machine } from './results.ts';

const root = join(import.meta.dirname, '../..');

/** The packages of the servers, in node_modules of the project or of bench/. */
const packages = ['ws', 'hono', 'socket.io', 'bun'];

const toolchains: Readonly<Record<string, readonly [string, ...string[]]>> = {
  go: ['go', 'version'],
  cc: ['cc', '--version'],
};

/** What the results depend on besides the code. */
export function describeMachine(): Machine {
  const found = [
    ...packages.map((name) => [name, packageVersion(name)] as const),
    ...Object.entries(toolchains).map(
      ([name, [command, ...args]]) => [name, versionIn(output(command, args))] as const,
    ),
  ].flatMap(([name, version]) => (version === null ? [] : [[name, version] as const]));
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    node: process.version,
    commit: commit(),
    versions: Object.fromEntries(found),
  };
}

function versionIn(text: string | null): string | null {
  return /\d+\.\d+(?:\.\d+)?/.exec(text ?? '')?.[0] ?? null;
}

function commit(): string | null {
  const hash = output('git', ['rev-parse', '--short=12', 'HEAD']);
  if (hash === null) return null;
  return output('git', ['status', '--porcelain', '--untracked-files=no']) === '' ? hash : `${hash}+`;
}

function packageVersion(name: string): string | null {
  for (const folder of ['node_modules', 'bench/node_modules']) {
    try {
      const text = readFileSync(join(root, folder, name, 'package.json'), 'utf8');
      return (JSON.parse(text) as { readonly version: string }).version;
    } catch {
      // In the other folder, or not installed.
    }
  }
  return null;
}

/** The first line of a command's output; null if the command is missing or fails. */
function output(command: string, args: readonly string[]): string | null {
  try {
    const text = execFileSync(command, args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.split('\n', 1)[0] ?? '';
  } catch {
    return null;
  }
}
