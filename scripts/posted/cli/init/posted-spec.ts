import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';

interface Installation {
  /** The folder of @posted/cli, the package that is running. */
  readonly packageFolder: string;
  readonly version: string;
}

/** The packages of Posted, which are released together. */
export interface PostedSpecs {
  readonly posted: string;
  readonly '@posted/cli': string;
}

/**
 * The versions of Posted that a project in `projectFolder` depends on, so that it gets the packages that are running:
 * what they were installed from if that was a file or a URL, their source folders if they were not installed at all,
 * and otherwise their version.
 */
export function postedSpecs({ packageFolder, version }: Installation, projectFolder: string): PostedSpecs {
  const modules = join(packageFolder, '../..');
  if (!/[\\/]node_modules$/.test(modules)) {
    const sources = join(packageFolder, '../../src/runtime');
    return {
      posted: fileSpec(sources, projectFolder),
      '@posted/cli': fileSpec(packageFolder, projectFolder),
    };
  }
  const specOf = (name: string): string => {
    const resolved = resolvedIn(modules, name);
    if (resolved === undefined || /^https?:.*\/-\/[^/]*\.tgz$/.test(resolved)) return `^${version}`;
    if (!resolved.startsWith('file:')) return resolved;
    // Relative to the folder that holds node_modules.
    const file = decodeURIComponent(resolved.slice('file:'.length));
    return fileSpec(resolve(dirname(modules), file), projectFolder);
  };
  const cli = specOf('@posted/cli');
  return { posted: siblingOf(cli, version, projectFolder) ?? specOf('posted'), '@posted/cli': cli };
}

/** `npm pack` writes the files of both packages into one folder. */
function siblingOf(cli: string, version: string, projectFolder: string): string | null {
  const file = `posted-${version}.tgz`;
  const [, folder] = /^file:(.*?)[^/]*\.tgz$/.exec(cli) ?? [];
  if (folder === undefined || !existsSync(resolve(projectFolder, folder, file))) return null;
  return `file:${folder}${file}`;
}

function fileSpec(path: string, projectFolder: string): string {
  const from = relative(projectFolder, path).replaceAll('\\', '/');
  return `file:${isAbsolute(from) || from.startsWith('.') ? from : `./${from}`}`;
}

/** npm records where it got each package from. */
function resolvedIn(modules: string, name: string): string | undefined {
  try {
    const lock = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
    const resolved: unknown = lock.packages?.[`node_modules/${name}`]?.resolved;
    return typeof resolved === 'string' ? resolved : undefined;
  } catch {
    // Other package managers install versions only.
    return undefined;
  }
}
