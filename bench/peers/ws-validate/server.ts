/** Enforces the contract in the most obvious place: the function that sends to one client. */
import { WebSocket, WebSocketServer } from 'ws';
import type { PostMessage } from '../../../generated/asyncapi/models.ts';
import { isPostMessage } from '../../../generated/asyncapi/validators.ts';
import { feedPath } from '../../reader.ts';
import { createPostServer, listen } from '../post-server.ts';

const http = createPostServer((message) => {
  for (const client of sockets.clients) if (client.readyState === WebSocket.OPEN) send(client, message);
});
const sockets = new WebSocketServer({ server: http, path: feedPath, perMessageDeflate: false });
listen(http);

function send(client: WebSocket, message: PostMessage): void {
  if (!isPostMessage(message)) throw new Error('the message breaks the contract');
  client.send(JSON.stringify(message));
}
