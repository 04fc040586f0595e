import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { importsOf } from '../architecture/imports-of.ts';

const root = join(import.meta.dirname, '../..');

/** Sorted paths from the root of the test files that import test/support/services.ts, directly or not. */
export function serviceTests(): readonly string[] {
  const sources = globSync('{bench,scripts,src,test}/**/*.ts', {
    cwd: root,
    exclude: (path) => path.includes('node_modules'),
  }).map((path) => path.split(sep).join('/'));
  const imports = sources.flatMap((path) => importsOf(path, readFileSync(join(root, path), 'utf8')));
  const importers = Map.groupBy(imports, ({ to }) => to);
  const found = new Set(['test/support/services.ts']);
  // Visits what it adds meanwhile, too.
  for (const file of found) for (const { from } of importers.get(file) ?? []) found.add(from);
  return [...found].filter((path) => path.endsWith('.test.ts')).toSorted();
}
