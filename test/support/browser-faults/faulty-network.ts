import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What becomes of a new connection: it is answered by a captive portal, or never, for example. */
export type Weather = 'fine' | 'no answers' | 'refuses' | 'captive portal' | 'blocks upgrades';

/** A TCP proxy in front of a server, and the only way to it for a tab. */
export interface FaultyNetwork {
  readonly url: string;
  weather: Weather;
  /** The connections that are passed on at the moment. */
  readonly open: { readonly upgraded: number; readonly other: number };
  /** Drops the packets of all connections from now on, and tells neither side. */
  lose(): void;
  /** Resets all connections. */
  reset(): void;
  close(): Promise<void>;
}

interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly isUpgraded: boolean;
  isLost: boolean;
}

const portalPage = '<!doctype html><title>Welcome</title><p>Please accept the terms.';

export async function openFaultyNetwork(port: number): Promise<FaultyNetwork> {
  const links = new Set<Link>();
  const unanswered = new Set<Socket>();
  let redirects = 0;

  const server = createServer({ noDelay: true }, (client) => {
    client.on('error', () => client.destroy());
    if (network.weather === 'refuses') client.resetAndDestroy();
    else if (network.weather === 'no answers') {
      unanswered.add(client);
      client.on('close', () => unanswered.delete(client));
    } else client.once('data', (head: Buffer) => begin(client, head));
  });

  function begin(client: Socket, head: Buffer): void {
    const isUpgrade = /^upgrade: websocket\r$/im.test(head.toString('latin1'));
    if (network.weather === 'captive portal') client.end(portalAnswer());
    else if (network.weather === 'blocks upgrades' && isUpgrade) {
      client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    } else pass(client, head, isUpgrade);
  }

  /** Portals redirect to their page, or send it for whatever was asked. */
  function portalAnswer(): string {
    redirects += 1;
    const status = redirects % 2 === 0 ? '200 OK' : '302 Found\r\nLocation: /welcome';
    const length = Buffer.byteLength(portalPage);
    return `HTTP/1.1 ${status}\r\nContent-Type: text/html\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${portalPage}`;
  }

  function pass(client: Socket, head: Buffer, isUpgraded: boolean): void {
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
    const link = { client, upstream, isUpgraded, isLost: false };
    links.add(link);
    upstream.write(head);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('data', (bytes: Buffer) => {
        if (!link.isLost) to.write(bytes);
      });
      from.on('error', () => from.destroy());
      from.on('close', () => {
        if (!link.isLost) to.destroy();
        links.delete(link);
      });
    }
  }

  function passing(isUpgraded: boolean): number {
    return [...links].filter((link) => !link.isLost && link.isUpgraded === isUpgraded).length;
  }

  const network: FaultyNetwork = {
    url: '',
    weather: 'fine',
    get open() {
      return { upgraded: passing(true), other: passing(false) };
    },
    lose() {
      for (const link of links) link.isLost = true;
    },
    reset() {
      for (const { client, upstream } of links) {
        client.resetAndDestroy();
        upstream.resetAndDestroy();
      }
    },
    async close() {
      server.close();
      network.reset();
      for (const client of unanswered) client.destroy();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.defineProperty(network, 'url', {
    value: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
}
