import type { WebSocket } from 'ws';

/** JSON that a client of test/python/auction.yaml sends. */
type Message = Readonly<Record<string, unknown>>;

/** Answers the messages of a connection, and records them. */
export function answer(connection: WebSocket, answersTo: (message: Message) => readonly (object | Buffer)[]) {
  const received: Message[] = [];
  connection.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message;
    received.push(message);
    for (const sent of answersTo(message)) send(connection, sent);
  });
  return received;
}

/** Sends JSON and bytes. */
export function send(connection: WebSocket, ...messages: readonly (object | Buffer)[]): void {
  for (const message of messages)
    connection.send(Buffer.isBuffer(message) ? message : JSON.stringify(message));
}
