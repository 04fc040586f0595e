import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** When the connection breaks: before or after PostgreSQL commits. */
export type CutPoint = 'before the commit' | 'after the commit';

export interface CutProxy {
  /** The database's URL through the proxy. */
  readonly url: string;
  /** At the next commit, calls `cut` and then breaks all connections. Data in transit is lost. */
  cutAt(point: CutPoint, cut: () => Promise<void>): void;
}

/** A proxy in front of PostgreSQL that can break a connection between a commit and its response. */
export async function startCutProxy(databaseUrl: string): Promise<CutProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let armed: { readonly point: CutPoint; readonly cut: () => Promise<void> } | null = null;

  async function forward(from: Socket, to: Socket, point: CutPoint, marker: string): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (armed?.point === point && chunk.includes(marker)) {
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
    void forward(client, upstream, 'before the commit', 'commit\0');
    void forward(upstream, client, 'after the commit', 'COMMIT\0');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  return {
    url: Object.assign(new URL(databaseUrl), { port: String(port) }).href,
    cutAt(point, cut) {
      armed = { point, cut };
    },
  };
}
