import { readFileSync } from 'node:fs';

/** Reserve for files other than connections. */
const otherFiles = 200;

function openFilesLimit(): number {
  return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
}

/** The number of connections that this process may have open. */
export function mostConnections(): number {
  return openFilesLimit() - otherFiles;
}

/** Why this process and a server that it starts cannot open that many connections; null if they can. */
export function tooManyConnections(count: number): string | null {
  if (count <= mostConnections()) return null;
  return `only ${openFilesLimit()} files may be open, and \`ulimit -n ${count + otherFiles}\` is needed`;
}
