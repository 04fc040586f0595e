import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The members of the package.json of @posted/cli that the generator reads. */
interface PackageInfo {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** Tools of a new project, in the versions that this package is tested with. */
  readonly devDependencies: Readonly<Record<string, string>>;
  /** By package: whether npm may run its install scripts. */
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

/** The folder of this package, wherever it is installed. */
export const packageFolder = findPackageFolder(import.meta.dirname);

/** Searches upwards, because compiled files are deeper in the package than their sources. */
function findPackageFolder(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (nameIn(folder) === '@posted/cli') return folder;
    if (folder === dirname(folder)) throw new Error(`No package.json of @posted/cli above ${start}`);
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

/** The package.json of this package. */
export const packageInfo: PackageInfo = readManifest(packageFolder);
