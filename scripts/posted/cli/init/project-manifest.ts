import { basename, resolve } from 'node:path';
import type { LoadOptions } from '../../generate-files.ts';
import { packageFolder, packageInfo } from '../../package-info.ts';
import { UsageError } from '../command.ts';
import { postedSpecs } from './posted-specs.ts';

type Members = Readonly<Record<string, string>>;

/** The members of package.json that a project needs. */
export interface ProjectManifest {
  readonly name: string;
  readonly scripts: Members;
  readonly dependencies: Members;
  readonly devDependencies: Members;
  /** Packages with unneeded install scripts, about which npm would warn. */
  readonly allowScripts: Readonly<Record<string, false>>;
}

interface ManifestOptions extends LoadOptions {
  /** Whether the project has a .env file. */
  readonly hasSecrets: boolean;
}

/** `document` is the path of the AsyncAPI document from the project's folder. */
export function projectManifest(
  folder: string,
  document: string,
  { allowRemote, strict, hasSecrets }: ManifestOptions,
): ProjectManifest {
  const { version, devDependencies, allowScripts } = packageInfo;
  const { posted, '@posted/cli': cli } = postedSpecs({ packageFolder, version }, resolve(folder));
  const path = /^[\w./-]+$/.test(document) ? document : JSON.stringify(document);
  const flags = `${allowRemote ? ' --allow-remote' : ''}${strict ? ' --strict' : ''}`;
  const node = hasSecrets ? 'node --env-file-if-exists=.env' : 'node';
  const tools = ['@types/node', 'typescript', 'vitest'];
  return {
    name: packageName(basename(resolve(folder))),
    scripts: {
      start: `${node} src/server.ts`,
      client: `${node} src/client.ts`,
      generate: `posted generate ${path} --out generated${flags}`,
      'generate:check': 'npm run --silent generate -- --check',
      types: 'tsc',
      test: 'vitest run',
    },
    dependencies: { posted },
    devDependencies: {
      '@posted/cli': cli,
      ...Object.fromEntries(tools.map((name) => [name, devDependencies[name] ?? '*'])),
    },
    allowScripts: Object.fromEntries(
      Object.keys(allowScripts)
        .filter((name) => allowScripts[name] === false)
        .map((name) => [name, false] as const),
    ),
  };
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
}

type ExistingManifest = Readonly<Record<string, unknown>>;

/** The test script that `npm init` writes. */
const placeholderTest = /no test specified/;

/**
 * The text of package.json with the members of the project and all members that it already has; null if there is no
 * package.json yet.
 *
 * @throws UsageError if it is not a JSON object or belongs to a CommonJS project
 */
export function completeManifest(existing: string | null, manifest: ProjectManifest): CompletedManifest {
  const found: ExistingManifest =
    existing === null ? { name: manifest.name, version: '0.1.0', private: true } : parse(existing);
  // npm writes a package.json without `type` and `main` when it installs a package into an empty folder.
  if (found.type !== 'module' && ('type' in found || 'main' in found)) {
    throw new UsageError(
      'package.json declares a CommonJS project, but Posted needs ES modules: run ' +
        '`npm pkg set type=module`, or choose another folder.',
    );
  }
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
  const completed = {
    ...found,
    type: 'module',
    scripts: merge('scripts'),
    dependencies,
    devDependencies: merge('devDependencies', dependencies),
    allowScripts: { ...manifest.allowScripts, ...objectOf(found.allowScripts) },
  };
  return {
    text: `${JSON.stringify(completed, null, 2)}\n`,
    kept: kept.filter((name) => name !== 'dependencies.posted'),
  };
}

function parse(text: string): ExistingManifest {
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
