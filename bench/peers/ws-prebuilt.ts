import { join } from 'node:path';
import type { Peer } from './peer.ts';
import { plainDialect } from './plain-dialect.ts';
import { startProcess } from './start-process.ts';

export const wsPrebuilt: Peer = {
  name: 'ws-prebuilt',
  title: 'ws, one prebuilt frame',
  about:
    'Node and ws for the handshakes only: makes the frame once and writes it to each socket. No token, no store, no contract.',
  prepare: () => Promise.resolve(null),
  start: (env = {}) =>
    startProcess({
      command: process.execPath,
      args: [join(import.meta.dirname, 'ws-prebuilt/server.ts')],
      env,
      dialect: plainDialect,
    }),
};
