import type { WebSocket } from 'ws';
import { type ChatServerOptions, startChatServer } from './chat-server.ts';
import { frames, sinceOf } from './resume-feed.ts';

/** A resumable server with a log in memory. It sends no more than the window before it gets an ack. */
export async function startLogServer(options: ChatServerOptions = {}) {
  const server = await startChatServer(options);
  const log: string[] = [];
  const readers = new Set<{ next: number; acked: number; readonly connection: WebSocket }>();
  const window = 16;
  const feed = () => {
    for (const reader of readers) {
      while (reader.next <= log.length && reader.next - reader.acked <= window) {
        reader.connection.send(frames.post(reader.next, log[reader.next - 1]));
        reader.next += 1;
      }
    }
  };
  const accept = async (): Promise<void> => {
    for (let index = 0; ; index += 1) {
      const connection = await server.nextConnection();
      const since = sinceOf(server.handshakes)[index];
      const start = typeof since === 'number' ? since : log.length;
      const reader = { next: start + 1, acked: start, connection };
      connection.send(frames.ready(start, window));
      connection.on('close', () => readers.delete(reader));
      connection.on('message', (data: Buffer) => {
        const { type, cursor } = JSON.parse(data.toString()) as { type: string; cursor: string };
        if (type !== 'ack') return;
        if (Number(cursor) >= reader.next) connection.close(4400, 'an unknown cursor');
        reader.acked = Math.max(reader.acked, Number(cursor));
        feed();
      });
      readers.add(reader);
      feed();
    }
  };
  void accept();
  return {
    url: server.url,
    handshakes: server.handshakes,
    /** The connections that are open. */
    get connections(): readonly WebSocket[] {
      return [...readers].map(({ connection }) => connection);
    },
    post(...texts: readonly string[]) {
      log.push(...texts);
      feed();
    },
  };
}
