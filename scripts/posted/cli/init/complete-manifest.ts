import { UsageError } from '../command.ts';
import type { Members, ProjectManifest } from './project-manifest.ts';

type Manifest = Readonly<Record<string, unknown>>;

/** What `npm init` writes where nobody says what the test is. */
const noTest = /no test specified/;

export interface CompletedManifest {
  readonly text: string;
  /** The members that were there and say something else: `scripts.test`. */
  readonly kept: readonly string[];
}

/**
 * The text of a package.json with what the project needs, put beside what is there.
 *
 * @throws UsageError for one that cannot be completed
 */
export function completeManifest(existing: string | null, wanted: ProjectManifest): CompletedManifest {
  const found: Manifest =
    existing === null ? { name: wanted.name, version: '0.1.0', private: true } : parse(existing);
  // npm writes one with nothing but dependencies when a package is installed into an empty folder.
  if (found.type !== 'module' && ('type' in found || 'main' in found)) {
    throw new UsageError(
      'The package.json that is there is of CommonJS, and the project is of ES modules: run ' +
        '`npm pkg set type=module` if that can be changed, or name another folder.',
    );
  }
  const kept: string[] = [];
  const merge = (key: 'scripts' | 'dependencies' | 'devDependencies', others: Members = {}): Members => {
    const merged: Record<string, string> = { ...membersOf(found[key]) };
    for (const [name, value] of Object.entries(wanted[key])) {
      const own = merged[name];
      const isFree = own === undefined || (key === 'scripts' && noTest.test(own));
      if (name in others) continue;
      if (isFree) merged[name] = value;
      else if (own !== value) kept.push(`${key}.${name}`);
    }
    return merged;
  };
  const dependencies = merge('dependencies', membersOf(found.devDependencies));
  const manifest = {
    ...found,
    type: 'module',
    scripts: merge('scripts'),
    dependencies,
    devDependencies: merge('devDependencies', dependencies),
    allowScripts: { ...wanted.allowScripts, ...objectOf(found.allowScripts) },
  };
  return {
    text: `${JSON.stringify(manifest, null, 2)}\n`,
    kept: kept.filter((name) => name !== 'dependencies.posted'),
  };
}

function parse(text: string): Manifest {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Manifest;
  } catch {
    // Said below, as for any other text that is no package.json.
  }
  throw new UsageError('The package.json that is there is no JSON object: mend it first.');
}

function membersOf(value: unknown): Members {
  return objectOf(value) as Members;
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
