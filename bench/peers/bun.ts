import { globSync } from 'node:fs';
import { join } from 'node:path';
import { installNodeModules, nodeModules } from './node-modules.ts';
import type { Peer } from './peer.ts';
import { plainDialect } from './plain-dialect.ts';
import { startProcess } from './start-process.ts';

export const bun: Peer = {
  name: 'bun',
  title: 'Bun',
  about:
    'The WebSocket server built into Bun (uWebSockets), which publishes to a topic with all subscribers. No token, no store, no contract.',
  async prepare() {
    const failure = await installNodeModules();
    if (failure !== null) return failure;
    return findBun() === undefined ? 'Bun has no package for this system' : null;
  },
  start: (env = {}) =>
    startProcess({
      command: findBun() ?? 'bun',
      args: [join(import.meta.dirname, 'bun/server.mjs')],
      env,
      dialect: plainDialect,
    }),
};

/** In the package for this system, the only one that npm installs. */
function findBun(): string | undefined {
  return globSync(join(nodeModules, '@oven/bun-*/bin/bun'))[0];
}
