import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { LoadOptions } from '../../generate-files.ts';
import { packageFolder, packageInfo } from '../../package-info.ts';
import { UsageError } from '../command.ts';
import type { ModuleType } from './module-type.ts';
import type { PackageManager } from './package-manager.ts';
import { postedSpecs } from './posted-specs.ts';

type Members = Readonly<Record<string, string>>;

/** The members of package.json that a project needs. */
export interface ProjectManifest {
  readonly name: string;
  readonly type: ModuleType;
  readonly scripts: Members;
  readonly dependencies: Members;
  readonly devDependencies: Members;
  /** npm only: packages with unneeded install scripts, about which it would warn. */
  readonly allowScripts: Readonly<Record<string, false>>;
}

interface ManifestOptions extends LoadOptions {
  readonly type: ModuleType;
  readonly packageManager: PackageManager;
  /** Whether the project has a .env file. */
  readonly hasSecrets: boolean;
  /** Whether the server serves a page, which Vite builds. */
  readonly hasPage: boolean;
  /** Whether it is a client of somebody else's server. */
  readonly isClient: boolean;
}

/** The packages whose install scripts a project does not need. */
export const unneededScripts: readonly string[] = Object.keys(packageInfo.allowScripts).filter(
  (name) => packageInfo.allowScripts[name] === false,
);

/** `document` is the path of the AsyncAPI document from the project's folder. */
export function projectManifest(
  folder: string,
  document: string,
  {
    allowRemote,
    allowOutside,
    perspective,
    strict,
    type,
    packageManager,
    hasSecrets,
    hasPage,
    isClient,
  }: ManifestOptions,
): ProjectManifest {
  const { version } = packageInfo;
  const { posted, '@posted/cli': cli } = postedSpecs({ packageFolder, version }, resolve(folder));
  const path = /^[\w./-]+$/.test(document) ? document : JSON.stringify(document);
  const flags = [
    allowRemote ? ' --allow-remote' : '',
    allowOutside ? ' --allow-outside' : '',
    perspective === undefined ? '' : ` --perspective ${perspective}`,
    strict ? ' --strict' : '',
  ].join('');
  const node = [
    'node',
    ...(hasSecrets ? ['--env-file-if-exists=.env'] : []),
    ...(type === 'syntax' ? ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'] : []),
  ].join(' ');
  // Vite warns of "use client" in packages for React, which means nothing to a page.
  const buildPage = hasPage ? 'vite build page --logLevel error && ' : '';
  return {
    name: packageName(basename(resolve(folder))),
    type,
    scripts: {
      ...(isClient
        ? { start: `${node} src/main.ts`, server: `${node} server/start.ts` }
        : {
            dev: `${buildPage}posted dev ${path} --out generated${flags}`,
            start: `${buildPage}${node} src/start.ts`,
            client: `${node} src/client.ts`,
          }),
      ...(hasPage ? { page: 'vite page' } : {}),
      generate: `posted generate ${path} --out generated${flags}`,
      'generate:check': `posted generate ${path} --out generated${flags} --check`,
      types: 'tsc',
      test: 'vitest run',
    },
    dependencies: {
      posted,
      ...(hasPage ? versionsOf('@hono/node-server', 'hono', 'react', 'react-dom') : {}),
    },
    devDependencies: {
      '@posted/cli': cli,
      ...versionsOf('@types/node', ...(hasPage ? ['@types/react', '@types/react-dom'] : []), 'typescript'),
      ...versionsOf(...(hasPage ? ['vite'] : []), 'vitest'),
    },
    allowScripts: Object.fromEntries(
      packageManager.name === 'npm' ? unneededScripts.map((name) => [name, false] as const) : [],
    ),
  };
}

/** Packages in the versions that this package is tested with. */
function versionsOf(...names: readonly string[]): Members {
  const versions = { ...packageInfo.dependencies, ...packageInfo.devDependencies };
  return Object.fromEntries(names.map((name) => [name, versions[name] ?? '*']));
}

/** A valid package name that differs from those of the project's dependencies. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '');
  return ['', 'node_modules', 'posted', 'typescript', 'vitest'].includes(name)
    ? `${name || 'posted'}-project`
    : name;
}

export interface CompletedManifest {
  readonly text: string;
  /** Existing members that differ from those of the project: `scripts.test`. */
  readonly kept: readonly string[];
  /** How an explicit `"type": "commonjs"` was changed, and why; null if it was not there. */
  readonly typeChange: string | null;
}

export type ExistingManifest = Readonly<Record<string, unknown>>;

/** The test script that `npm init` writes. */
const placeholderTest = /no test specified/;

/** The text of package.json with the members of the project and all members that it already has. */
export function completeManifest(
  existing: ExistingManifest | null,
  manifest: ProjectManifest,
): CompletedManifest {
  const found: ExistingManifest = existing ?? { name: manifest.name, version: '0.1.0', private: true };
  const kept: string[] = [];
  const merge = (key: 'scripts' | 'dependencies' | 'devDependencies', elsewhere: Members = {}): Members => {
    const merged: Record<string, string> = { ...membersOf(found[key]) };
    for (const [name, value] of Object.entries(manifest[key])) {
      const current = merged[name];
      const isFree = current === undefined || (key === 'scripts' && placeholderTest.test(current));
      if (name in elsewhere) continue;
      if (isFree) merged[name] = value;
      else if (current !== value) kept.push(`${key}.${name}`);
    }
    return merged;
  };
  const dependencies = merge('dependencies', membersOf(found.devDependencies));
  const { type, ...others } = found;
  const completed = {
    ...(manifest.type === 'module' ? { ...found, type: 'module' } : others),
    scripts: merge('scripts'),
    dependencies,
    devDependencies: merge('devDependencies', dependencies),
  };
  const allowScripts = { ...manifest.allowScripts, ...objectOf(found.allowScripts) };
  return {
    text: `${JSON.stringify(Object.keys(allowScripts).length > 0 ? { ...completed, allowScripts } : completed, null, 2)}\n`,
    kept: kept.filter((name) => name !== 'dependencies.posted'),
    typeChange: type === 'commonjs' ? typeChanges[manifest.type] : null,
  };
}

const typeChanges: Readonly<Record<ModuleType, string>> = {
  module: 'type is "module", because the folder has no CommonJS files',
  syntax: 'type is absent instead of "commonjs", so that ES modules run next to your CommonJS files',
};

/** Reads a folder's package.json; null if it has none. @throws UsageError if it is not a JSON object */
export function readManifest(folder: string): ExistingManifest | null {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return null;
  const text = readFileSync(path, 'utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as ExistingManifest;
    }
  } catch {
    // Falls through to the error below.
  }
  throw new UsageError('package.json is not a JSON object: fix it and try again.');
}

function membersOf(value: unknown): Members {
  return objectOf(value) as Members;
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
