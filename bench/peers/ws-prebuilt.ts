import type { Peer } from './peer.ts';
import { startNodePeer } from './start-process.ts';

export const wsPrebuilt: Peer = {
  name: 'ws-prebuilt',
  title: 'ws, one prebuilt frame',
  about:
    'Node and ws for the handshakes only: creates the frame once and writes it to each socket. No token, no store, no contract.',
  prepare: () => Promise.resolve(null),
  start: (env) => startNodePeer('ws-prebuilt/server.ts', { env }),
};
