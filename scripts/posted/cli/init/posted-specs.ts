import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';

interface Installation {
  /** The folder of @posted/cli, the package that is running. */
  readonly packageFolder: string;
  readonly version: string;
}

/** Version specifiers of Posted's packages, which are released together. */
export interface PostedSpecs {
  readonly posted: string;
  readonly '@posted/cli': string;
}

/**
 * The version specifiers with which a project in `projectFolder` gets the packages that are running: the file or URL
 * that they were installed from, their source folders if they run from the repository, or else their version.
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
    // npm records paths relative to the parent of node_modules.
    const file = decodeURIComponent(resolved.slice('file:'.length));
    return fileSpec(resolve(dirname(modules), file), projectFolder);
  };
  const cli = specOf('@posted/cli');
  return { posted: siblingOf(cli, version, projectFolder) ?? specOf('posted'), '@posted/cli': cli };
}

/** The packed `posted` beside a packed `@posted/cli`: `npm pack` writes both into one folder. */
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

/** The origin of a package, which npm records. */
function resolvedIn(modules: string, name: string): string | undefined {
  try {
    const lock = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
    const resolved: unknown = lock.packages?.[`node_modules/${name}`]?.resolved;
    return typeof resolved === 'string' ? resolved : undefined;
  } catch {
    // Other package managers do not write this file.
    return undefined;
  }
}
