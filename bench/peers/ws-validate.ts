import type { Peer } from './peer.ts';
import { startNodePeer } from './start-process.ts';

export const wsValidate: Peer = {
  name: 'ws-validate',
  title: 'ws, validation and JSON for each',
  about:
    'Node and ws: for each client, validates the message with the compiled validator, creates its JSON and calls send. No token, no store.',
  prepare: () => Promise.resolve(null),
  start: (env) => startNodePeer('ws-validate/server.ts', { env }),
};
