import { isIP } from 'node:net';
import { createClient } from '@redis/client';
import { type ConnectToBroker, clientName, pickHost } from './broker-connection.ts';

/** Pub/Sub, which stores nothing. One connection both publishes and subscribes, which requires RESP 3 (Redis 6). */
export const connectToRedis: ConnectToBroker = async ({ url, onMessage, onLost, signal }) => {
  const { host, port } = pickHost(url.hosts);
  const { username, password, isSecure, topic } = url;
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
  await client.connect();
  await client.subscribe(topic, onMessage, true);
  return {
    async publish(bytes) {
      await client.publish(topic, bytes);
    },
    close: () => client.close(),
  };
};
