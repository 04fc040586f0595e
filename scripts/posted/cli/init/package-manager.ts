import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const names = ['npm', 'pnpm', 'yarn', 'bun'] as const;

/** Installs a project's packages and runs its scripts. */
export interface PackageManager {
  readonly name: (typeof names)[number];
  /** The major version; null if it is unknown. */
  readonly major: number | null;
}

const lockFiles: readonly (readonly [file: string, name: PackageManager['name']])[] = [
  ['package-lock.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
];

/**
 * The package manager of a project: the one that it already uses, else the one that started this command, which its
 * user agent (`npm_config_user_agent`) tells, else that of a workspace around it, else npm.
 */
export function packageManagerOf(folder: string, userAgent = ''): PackageManager {
  return usedIn(folder) ?? parse(userAgent.replace('/', '@')) ?? usedAround(resolve(folder)) ?? npm;
}

const npm: PackageManager = { name: 'npm', major: null };

function usedAround(folder: string): PackageManager | undefined {
  const parent = dirname(folder);
  return parent === folder ? undefined : (usedIn(parent) ?? usedAround(parent));
}

/** Reads the member `packageManager` of package.json, or finds a lock file. */
function usedIn(folder: string): PackageManager | undefined {
  const found = lockFiles.find(([file]) => existsSync(join(folder, file)));
  return declaredIn(folder) ?? (found && { name: found[1], major: null });
}

function declaredIn(folder: string): PackageManager | undefined {
  try {
    const { packageManager } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return parse(String(packageManager));
  } catch {
    // Without a valid package.json, nothing is declared.
    return undefined;
  }
}

/** Parses `pnpm@12.21.0`. */
function parse(text: string): PackageManager | undefined {
  const [, found, major] = /^(\w+)@(\d+)\./.exec(text) ?? [];
  const name = names.find((candidate) => candidate === found);
  return name && { name, major: Number(major) };
}

/** The command that installs a project's packages. */
export function installCommand({ name }: PackageManager): string {
  return name === 'yarn' ? 'yarn' : `${name} install`;
}

/** The command that runs a script of the project with arguments. */
export function runCommand({ name }: PackageManager, script: string, ...args: readonly string[]): string {
  const isBuiltIn = script === 'start' || script === 'test';
  switch (name) {
    case 'npm':
      return [isBuiltIn ? 'npm' : 'npm run', script, ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
    case 'bun':
      // `bun test` is a test runner of its own.
      return ['bun run', script, ...args].join(' ');
    default:
      return [name, script, ...args].join(' ');
  }
}

/**
 * By path: the files that a package manager needs besides package.json to install a new project without a question or
 * an error. `unneeded` are the packages whose install scripts must not run.
 */
export function packageManagerFiles(
  { name, major }: PackageManager,
  unneeded: readonly string[],
): Readonly<Record<string, string>> {
  if (name === 'pnpm') {
    const builds = unneeded.map((each) => `  '${each}': false\n`).join('');
    return {
      'pnpm-workspace.yaml': `# Packages with install scripts, none of which is needed.\nallowBuilds:\n${builds}`,
    };
  }
  if (name !== 'yarn' || major === null) return {};
  return {
    // Without a lock file of its own, yarn takes the project for a part of one around it.
    'yarn.lock': '',
    ...(major > 1 ? { '.yarnrc.yml': 'nodeLinker: node-modules\n' } : {}),
  };
}
