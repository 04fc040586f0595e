import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The part of this package's package.json that the command uses. */
interface PackageInfo {
  readonly version: string;
  /** The tools that a new project gets, in the versions that this package is tested with. */
  readonly devDependencies: Readonly<Record<string, string>>;
  /** Whether npm may run the install scripts of a package. */
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

/** The folder of this package, wherever it is installed. */
export const packageFolder = findPackageFolder(import.meta.dirname);

/** Compiled, this file is further down in the package. */
function findPackageFolder(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (nameIn(folder) === '@posted/cli') return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json of @posted/cli is above ${start}`);
  }
}

function nameIn(folder: string): unknown {
  try {
    return readManifest(folder).name;
  } catch {
    return undefined;
  }
}

function readManifest(folder: string): PackageInfo & { readonly name?: unknown } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

export function packageInfo(): PackageInfo {
  return readManifest(packageFolder);
}

export function packageVersion(): string {
  return packageInfo().version;
}
