import type { ConnectToBroker } from './broker-connection.ts';
import { createRedisClient } from './redis-client.ts';

/** Pub/Sub, which stores nothing. One connection both publishes and subscribes, which requires RESP 3 (Redis 6). */
export const connectToRedis: ConnectToBroker = async ({ url, onMessage, onLost, signal }) => {
  const client = createRedisClient(url, { onLost, signal });
  await client.connect();
  await client.subscribe(url.topic, onMessage, true);
  return {
    async publish(bytes) {
      await client.publish(url.topic, bytes);
    },
    close: () => client.close(),
  };
};
