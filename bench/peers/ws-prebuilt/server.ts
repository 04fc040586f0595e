/** Creates one frame per post and writes it directly to the socket of each client, bypassing ws. */
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { encodeTextFrame } from '../../../src/runtime/server/connection/frame.ts';
import { feedPath } from '../../reader.ts';
import { createPostServer, listen } from '../post-server.ts';

const open = new Set<Socket>();
const http = createPostServer((message) => {
  const frame = encodeTextFrame(JSON.stringify(message));
  for (const socket of open) socket.write(frame);
});
const sockets = new WebSocketServer({
  server: http,
  path: feedPath,
  perMessageDeflate: false,
  clientTracking: false,
});
sockets.on('connection', (client, { socket }) => {
  open.add(socket);
  client.once('close', () => open.delete(socket));
});
listen(http);
