import { globSync, readFileSync } from 'node:fs';

/** The ids of all descendants of a process, from Linux's /proc; empty on other systems. */
export function descendantsOf(pid: number): readonly number[] {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap(
    (path) => read(path)?.match(/\d+/g)?.map(Number) ?? [],
  );
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Whether the process exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  const state = read(`/proc/${pid}/stat`);
  return state !== null && !/\) Z /.test(state);
}

/** Null if the process does not exist. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
