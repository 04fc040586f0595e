import { installNodeModules } from './node-modules.ts';
import type { Dialect, Peer } from './peer.ts';
import { plainDialect } from './plain-dialect.ts';
import { startNodePeer } from './start-process.ts';

/** Engine.IO protocol 4 and Socket.IO protocol 5: the server opens, the client joins the main namespace. */
const dialect: Dialect = {
  ...plainDialect,
  upgrade: () => ({ path: '/socket.io/?EIO=4&transport=websocket', headers: {} }),
  greetings: ['40'],
  welcomes: 2,
};

export const socketIo: Peer = {
  name: 'socket-io',
  title: 'Socket.IO',
  about: 'Node and Socket.IO over WebSocket only: emits to all. No token, no store, no contract.',
  prepare: installNodeModules,
  start: (env) => startNodePeer('socket-io/server.mjs', { env, dialect }),
};
