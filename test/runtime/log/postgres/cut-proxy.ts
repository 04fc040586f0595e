import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** When the connection breaks: before or after PostgreSQL commits. */
export type CutPoint = 'before the commit' | 'after the commit';

export interface CutProxy {
  /** The database's URL through the proxy. */
  readonly url: string;
  /**
   * At the next commit, calls `cut` and then breaks all connections. Data in transit is lost. With `text`, at the next
   * commit of a connection that has sent it since.
   */
  cutAt(point: CutPoint, cut: () => Promise<void>, text?: string): void;
}

interface Armed {
  readonly point: CutPoint;
  readonly cut: () => Promise<void>;
  readonly text: string;
  /** The connections that have sent the text. */
  readonly senders: Set<Socket>;
}

interface Direction {
  readonly from: Socket;
  readonly to: Socket;
  /** One of both. */
  readonly client: Socket;
  readonly point: CutPoint;
  /** In the bytes of PostgreSQL's protocol. */
  readonly marker: string;
}

/** A proxy in front of PostgreSQL that can break a connection between a commit and its response. */
export async function startCutProxy(databaseUrl: string): Promise<CutProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let armed: Armed | null = null;

  async function forward({ from, to, client, point, marker }: Direction): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (armed !== null && from === client && chunk.includes(armed.text)) armed.senders.add(client);
        if (armed?.point === point && armed.senders.has(client) && chunk.includes(marker)) {
          const { cut } = armed;
          armed = null;
          await cut();
          return;
        }
        to.write(chunk);
      }
    } catch {
      // A connection that was reset has ended too.
    } finally {
      to.destroy();
    }
  }

  const proxy = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    // The bytes of PostgreSQL's protocol: the statement, and the tag in CommandComplete.
    void forward({
      from: client,
      to: upstream,
      client,
      point: 'before the commit',
      marker: 'commit\0',
    });
    void forward({
      from: upstream,
      to: client,
      client,
      point: 'after the commit',
      marker: 'COMMIT\0',
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  return {
    url: Object.assign(new URL(databaseUrl), { port: String(port) }).href,
    cutAt(point, cut, text = '') {
      armed = { point, cut, text, senders: new Set() };
    },
  };
}
