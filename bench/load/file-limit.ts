import { readFileSync } from 'node:fs';

/** Room for the files that are no connections. */
const otherFiles = 200;

function openFilesLimit(): number {
  return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
}

/** How many connections this process may have open at a time. */
export function mostConnections(): number {
  return openFilesLimit() - otherFiles;
}

/** Why that many connections cannot be opened here, by this process and by a server that it starts; null if they can. */
export function tooManyConnections(count: number): string | null {
  if (count <= mostConnections()) return null;
  return `only ${openFilesLimit()} files may be open, and \`ulimit -n ${count + otherFiles}\` is needed`;
}
