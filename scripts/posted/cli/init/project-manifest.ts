import { basename, resolve } from 'node:path';
import type { LoadOptions } from '../../generate-files.ts';
import { packageFolder, packageInfo } from '../../package-info.ts';
import { postedSpecs } from './posted-spec.ts';

export type Members = Readonly<Record<string, string>>;

/** What a project needs in its package.json. */
export interface ProjectManifest {
  readonly name: string;
  readonly scripts: Members;
  readonly dependencies: Members;
  readonly devDependencies: Members;
  /** The packages whose install scripts nobody needs, so that npm does not warn about each of them. */
  readonly allowScripts: Readonly<Record<string, false>>;
}

interface ManifestOptions extends LoadOptions {
  /** Whether there are secrets in .env. */
  readonly hasSecrets: boolean;
}

/** For a project in a folder; `document` is named as its scripts do. */
export function projectManifest(
  folder: string,
  document: string,
  { allowRemote, strict, hasSecrets }: ManifestOptions,
): ProjectManifest {
  const { version, devDependencies, allowScripts } = packageInfo();
  const { posted, '@posted/cli': cli } = postedSpecs({ packageFolder, version }, resolve(folder));
  const flags = `${allowRemote ? ' --allow-remote' : ''}${strict ? ' --strict' : ''}`;
  const node = hasSecrets ? 'node --env-file-if-exists=.env' : 'node';
  const tools = ['@types/node', 'typescript', 'vitest'];
  return {
    name: packageName(basename(resolve(folder))),
    scripts: {
      start: `${node} src/server.ts`,
      client: `${node} src/client.ts`,
      generate: `posted generate ${/^[\w./-]+$/.test(document) ? document : JSON.stringify(document)} --out generated${flags}`,
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

/** A name that npm takes, and that is none of the project's dependencies. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '');
  return ['', 'node_modules', 'posted', 'typescript', 'vitest'].includes(name)
    ? `${name || 'posted'}-project`
    : name;
}
