import { readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';

interface Installation {
  /** The folder of the package that runs. */
  readonly packageFolder: string;
  readonly version: string;
}

/**
 * What a project in a folder is to depend on to have this same package: what it was installed from, where that was
 * a file or a URL; the folder of its sources, where it was not installed at all; else its version.
 */
export function postedSpec({ packageFolder, version }: Installation, projectFolder: string): string {
  const modules = dirname(packageFolder);
  if (basename(modules) !== 'node_modules') return fileSpec(packageFolder, projectFolder);
  const resolved = resolvedIn(modules);
  const fromRegistry = /^https?:.*\/posted\/-\/posted-[^/]*\.tgz$/;
  if (resolved === undefined || fromRegistry.test(resolved)) return `^${version}`;
  if (!resolved.startsWith('file:')) return resolved;
  // Relative to the folder that has node_modules.
  const file = decodeURIComponent(resolved.slice('file:'.length));
  return fileSpec(resolve(dirname(modules), file), projectFolder);
}

function fileSpec(path: string, projectFolder: string): string {
  const from = relative(projectFolder, path).replaceAll('\\', '/');
  return `file:${isAbsolute(from) || from.startsWith('.') ? from : `./${from}`}`;
}

/** What npm notes of every package that it installs. */
function resolvedIn(modules: string): string | undefined {
  try {
    const lock = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
    const resolved: unknown = lock.packages?.['node_modules/posted']?.resolved;
    return typeof resolved === 'string' ? resolved : undefined;
  } catch {
    // Another package manager: it knows versions.
    return undefined;
  }
}
