import { join } from 'node:path';
import { createBinary, versionOf } from './binary.ts';
import type { Peer } from './peer.ts';
import { plainDialect } from './plain-dialect.ts';
import { startProcess } from './start-process.ts';

const folder = join(import.meta.dirname, 'c-limit');

const binary = createBinary('c-limit', versionOf(folder), (output) => ({
  command: 'gcc',
  args: ['-O2', '-Wall', '-Wextra', '-Werror', '-o', join(output, 'c-limit'), join(folder, 'main.c')],
}));

export const cLimit: Peer = {
  name: 'c-limit',
  title: 'C, the limit',
  about:
    'A loop in C over epoll that creates the frame once and calls write for each socket, and does nothing else: the cost of the system calls.',
  prepare: () => binary.prepare(),
  start: (env = {}) => startProcess({ command: binary.path, args: [], env, dialect: plainDialect }),
};
