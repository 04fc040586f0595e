import { join } from 'node:path';
import type { Peer } from './peer.ts';
import { plainDialect } from './plain-dialect.ts';
import { startProcess } from './start-process.ts';

export const wsSend: Peer = {
  name: 'ws-send',
  title: 'ws, send to each',
  about: 'Node and ws: makes the JSON once and calls send for each client. No token, no store, no contract.',
  prepare: () => Promise.resolve(null),
  start: (env = {}) =>
    startProcess({
      command: process.execPath,
      args: [join(import.meta.dirname, 'ws-send/server.ts')],
      env,
      dialect: plainDialect,
    }),
};
