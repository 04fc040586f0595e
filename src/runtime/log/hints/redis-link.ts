import { isIP } from 'node:net';
import { createClient } from '@redis/client';
import { anyOf, clientName, type OpenLink } from './link.ts';

/** Pub/Sub, which keeps nothing. One connection both publishes and subscribes, which takes RESP 3 (Redis 6). */
export const openRedisLink: OpenLink = async ({ url, onMessage, onLost, signal }) => {
  const { host, port } = anyOf(url.hosts);
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
