/** The broadcast of ws's README: sends one text to each client. */
import { WebSocket, WebSocketServer } from 'ws';
import { feedPath } from '../../reader.ts';
import { createPostServer, listen } from '../post-server.ts';

const http = createPostServer((message) => {
  const text = JSON.stringify(message);
  for (const client of sockets.clients) if (client.readyState === WebSocket.OPEN) client.send(text);
});
const sockets = new WebSocketServer({ server: http, path: feedPath, perMessageDeflate: false });
listen(http);
