// Socket.IO with WebSocket as the only transport. JavaScript, because its types are in bench/node_modules,
// which the type check does not read.
import { Server } from 'socket.io';
import { createPostServer, listen } from '../post-server.ts';

const http = createPostServer((message) => void io.emit('post', message));
const io = new Server(http, {
  transports: ['websocket'],
  serveClient: false,
  perMessageDeflate: false,
  // Pings must not disturb a measurement.
  pingInterval: 3_600_000,
});
listen(http);
