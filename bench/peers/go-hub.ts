import { join } from 'node:path';
import { createBinary, versionOf } from './binary.ts';
import type { Peer } from './peer.ts';
import { plainDialect } from './plain-dialect.ts';
import { startProcess } from './start-process.ts';

const folder = join(import.meta.dirname, 'go-hub');

const binary = createBinary('go-hub', versionOf(folder), (output) => ({
  command: 'go',
  args: ['build', '-o', output, '.'],
  cwd: folder,
}));

export const goHub: Peer = {
  name: 'go-hub',
  title: 'Go hub (gorilla/websocket)',
  about:
    'Go and gorilla/websocket: a hub goroutine, a writer goroutine and a queue per client, and prepared messages. No token, no store, no contract.',
  prepare: () => binary.prepare(),
  start: (env = {}) => startProcess({ command: binary.path, args: [], env, dialect: plainDialect }),
};
