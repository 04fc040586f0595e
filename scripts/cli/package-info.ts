import { createRequire } from 'node:module';

/** The package that this command belongs to, wherever it is installed. */
interface PackageInfo {
  readonly version: string;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  /** Whether npm shall run the install scripts of a package. */
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

export function packageInfo(): PackageInfo {
  return createRequire(import.meta.url)('posted/package.json');
}

export function packageVersion(): string {
  return packageInfo().version;
}
