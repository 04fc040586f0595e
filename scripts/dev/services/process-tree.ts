import { globSync, readFileSync } from 'node:fs';

/** What a process has started, and what that has, as Linux tells it; nothing where there is no /proc. */
export function descendantsOf(pid: number): readonly number[] {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap(
    (path) => read(path)?.match(/\d+/g)?.map(Number) ?? [],
  );
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Neither gone nor a zombie that nobody has buried yet. */
export function isAlive(pid: number): boolean {
  const state = read(`/proc/${pid}/stat`);
  return state !== null && !/\) Z /.test(state);
}

/** Null where its process has gone. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
