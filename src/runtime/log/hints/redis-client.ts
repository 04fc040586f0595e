import { isIP } from 'node:net';
import { createClient } from '@redis/client';
import { clientName, pickHost } from './broker-connection.ts';
import type { BrokerUrl } from './broker-url.ts';
import type { Lifetime } from './reconnector.ts';

/** Creates a client for one connection, which is not open yet. Once it is lost, all of its commands reject. */
export function createRedisClient(
  { hosts, username, password, isSecure }: BrokerUrl,
  { onLost, signal }: Pick<Lifetime, 'onLost' | 'signal'>,
) {
  const { host, port } = pickHost(hosts);
  const client = createClient({
    RESP: 3,
    name: clientName,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    socket: {
      host,
      port,
      reconnectStrategy: false,
      ...(isSecure ? { tls: true, ...(isIP(host) === 0 ? { servername: host } : {}) } : {}),
    },
  });
  client.on('error', onLost);
  signal.addEventListener('abort', () => client.destroy());
  return client;
}
