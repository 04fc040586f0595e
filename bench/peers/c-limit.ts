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
    'One loop in C over epoll: makes the frame once and calls write for each socket. Nothing else: what the system calls cost.',
  prepare: () => binary.prepare(),
  start: (env = {}) => startProcess({ command: binary.path, args: [], env, dialect: plainDialect }),
};
