import type { Peer } from './peer.ts';
import { startNodePeer } from './start-process.ts';

export const wsSend: Peer = {
  name: 'ws-send',
  title: 'ws, send to each',
  about:
    'Node and ws: creates the JSON once and calls send for each client. No token, no store, no contract.',
  prepare: () => Promise.resolve(null),
  start: (env) => startNodePeer('ws-send/server.ts', { env }),
};
