import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** The moment at which the connection is to break: before or after PostgreSQL knows of the commit. */
export type CutPoint = 'before the commit' | 'after the commit';

export interface CutProxy {
  /** The URL that goes through the proxy. */
  readonly url: string;
  /** At the next commit: calls `cut`, then breaks all connections. What was on its way is never delivered. */
  cutAt(point: CutPoint, cut: () => Promise<void>): void;
}

/** A proxy before PostgreSQL that can break a connection between a commit and its answer. */
export async function startCutProxy(databaseUrl: string): Promise<CutProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let armed: { readonly point: CutPoint; readonly cut: () => Promise<void> } | null = null;

  async function passOn(from: Socket, to: Socket, point: CutPoint, mark: string): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (armed?.point === point && chunk.includes(mark)) {
          const { cut } = armed;
          armed = null;
          await cut();
          return;
        }
        to.write(chunk);
      }
    } catch {
      // A connection that was reset has ended like any other.
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
    // As PostgreSQL's protocol has them: the statement, and the tag of its completion.
    void passOn(client, upstream, 'before the commit', 'commit\0');
    void passOn(upstream, client, 'after the commit', 'COMMIT\0');
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
