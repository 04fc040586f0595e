import { packageInfo } from './package-info.ts';

/** What Node answers where a package is not there: to an import, and to a `require`. */
const missing = /Cannot find (?:package|module) '((?:@[^/']+\/)?[^/']+)/;

/**
 * What to do where the generator's packages were left out of the installation; null for any other error. They
 * are optional, so that a server which is only run does not bring them along.
 */
export function explainMissingPackage(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown)) return null;
  if (thrown.code !== 'ERR_MODULE_NOT_FOUND' && thrown.code !== 'MODULE_NOT_FOUND') return null;
  const [, name = ''] = missing.exec(thrown.message) ?? [];
  if (!Object.hasOwn(packageInfo().optionalDependencies, name)) return null;
  return (
    `posted: ${name} is not installed. The generator needs the optional dependencies of posted, and they were ` +
    'left out.\nRun `npm install --include=optional`.'
  );
}
