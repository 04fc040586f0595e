import { readFileSync } from 'node:fs';

/** Room for the files that are no connections. */
const otherFiles = 200;

/** Why that many connections cannot be opened here, by this process and by a server that it starts; null if they can. */
export function tooManyConnections(count: number): string | null {
  const limit = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
  const needed = count + otherFiles;
  return limit >= needed ? null : `only ${limit} files may be open, and \`ulimit -n ${needed}\` is needed`;
}
