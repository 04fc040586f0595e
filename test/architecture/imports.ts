import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { type Import, importsOf } from './imports-of.ts';

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
