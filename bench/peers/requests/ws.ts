/** The same answers with nothing but ws. With VALIDATE=1, every bid and every answer is checked with the generated guards. */
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  isBidAcceptedPayload,
  isPlaceBidPayload,
} from '../../../test/runtime/testing/auction/generated/asyncapi/validators.ts';
import { listen } from '../post-server.ts';

const isChecked = process.env.VALIDATE === '1';
const http = createServer();
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
sockets.on('connection', (socket: WebSocket) => {
  socket.on('message', (data: Buffer) => {
    const bid = JSON.parse(data.toString()) as { readonly id: string };
    if (isChecked && !isPlaceBidPayload(bid)) throw new Error('the bid breaks the contract');
    const answer = { type: 'bidAccepted', bidId: 'b1', id: bid.id };
    if (isChecked && !isBidAcceptedPayload(answer)) throw new Error('the answer breaks the contract');
    socket.send(JSON.stringify(answer));
  });
});
listen(http);
