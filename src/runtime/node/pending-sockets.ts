import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { clientNetwork } from '../shared/client-network.ts';
import type { TrustedProxies } from '../shared/trusted-proxies.ts';

export interface PendingSocketsOptions {
  /** The maximum number of sockets whose first request has not arrived; 0 means no limit. */
  readonly maxPendingHandshakes: number;
  readonly maxPendingHandshakesPerAddress: number;
  /** Their connections wait for requests of many clients, and have no limit of their own. */
  readonly proxies: TrustedProxies;
}

/**
 * Bounds the sockets that have connected and not sent their first request yet. Beyond the limits, the oldest one is
 * closed: a client that means to send a request does it at once, so strangers who send nothing displace each other.
 */
export function limitPendingSockets(http: Server, options: PendingSocketsOptions): void {
  const { maxPendingHandshakes, maxPendingHandshakesPerAddress, proxies } = options;
  if (maxPendingHandshakes === 0 && maxPendingHandshakesPerAddress === 0) return;
  const total = maxPendingHandshakes || Number.POSITIVE_INFINITY;
  const perAddress = maxPendingHandshakesPerAddress || Number.POSITIVE_INFINITY;
  /** With so few sockets, no limit can be exceeded. */
  const mostUncounted = Math.min(total, perAddress);
  /** Nobody has asked the system yet for the addresses of these. */
  const uncounted = new Set<Socket>();
  /** In the order in which they have connected. */
  const counted = new Map<Socket, string>();
  const byAddress = new Map<string, Set<Socket>>();

  function remove(socket: Socket): void {
    if (uncounted.delete(socket)) return;
    const address = counted.get(socket);
    if (address === undefined) return;
    counted.delete(socket);
    const own = byAddress.get(address);
    own?.delete(socket);
    if (own?.size === 0) byAddress.delete(address);
  }

  function add(socket: Socket): void {
    uncounted.add(socket);
    if (uncounted.size + counted.size <= mostUncounted) return;
    for (const each of uncounted) count(each);
    uncounted.clear();
  }

  function count(socket: Socket): void {
    if (socket.destroyed || proxies.isProxy(socket.remoteAddress ?? '')) return;
    const address = clientNetwork(socket.remoteAddress ?? '');
    const own = byAddress.get(address) ?? new Set();
    byAddress.set(address, own.add(socket));
    counted.set(socket, address);
    socket.once('close', () => remove(socket));
    if (own.size > perAddress) close(own);
    if (counted.size > total) close(counted.keys());
  }

  function close(sockets: Iterable<Socket>): void {
    const [oldest] = sockets;
    if (oldest === undefined) return;
    remove(oldest);
    oldest.destroy();
  }

  const arrived = ({ socket }: IncomingMessage): void => remove(socket);
  http.on('connection', add).on('request', arrived).on('upgrade', arrived);
}
