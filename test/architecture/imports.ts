import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';

/** An import of a source file, type imports included. */
export interface Import {
  /** A path from the root. */
  readonly from: string;
  /** A path from the root, or the name of a package with its entry point (`posted/server`, `node:fs`). */
  readonly to: string;
}

const root = join(import.meta.dirname, '../..');

export const sources: readonly string[] = globSync(
  ['src/**/*.ts', 'generated/**/*.ts', 'scripts/**/*.ts', 'templates/**/*.{mts,js}'],
  { cwd: root },
)
  .map((path) => path.split(sep).join('/'))
  .filter((path) => !path.includes('__transpiled'))
  .toSorted();

export function readSource(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Static imports and re-exports, dynamic imports of a literal, and files that a URL is made for (workers). */
const specifier =
  /(?:^|\n)(?:import|export)\s[^'";]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

export function importsOf(from: string, text: string): readonly Import[] {
  return [...text.matchAll(specifier)].map(([, fromClause, sideEffect, dynamic]) => {
    const to = fromClause ?? sideEffect ?? dynamic ?? '';
    return { from, to: to.startsWith('.') ? posix.join(dirname(from), to) : to };
  });
}

export const imports: readonly Import[] = sources.flatMap((path) => importsOf(path, readSource(path)));

/** Groups of files that import each other in a circle, each group sorted. */
export function cyclesIn(edges: readonly Import[]): readonly (readonly string[])[] {
  const targets = Map.groupBy(edges, ({ from }) => from);
  const reachable = (start: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    const open = [start];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      for (const { to } of targets.get(file) ?? []) {
        if (!seen.has(to)) open.push(to);
        seen.add(to);
      }
    }
    return seen;
  };
  const reach = new Map([...targets.keys()].map((file) => [file, reachable(file)]));
  const cyclic = [...reach].filter(([file, seen]) => seen.has(file)).map(([file]) => file);
  const groups = cyclic.map((file) =>
    cyclic.filter((other) => reach.get(file)?.has(other) && reach.get(other)?.has(file)).toSorted(),
  );
  return [...new Map(groups.map((group) => [group.join(), group])).values()];
}
