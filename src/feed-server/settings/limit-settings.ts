import { integer } from './kinds.ts';
import type { Setting } from './setting.ts';

const count = integer(0, 10_000_000, 'no limit');

/** What strangers and users can use up. Development has no limits; production has. */
export const limitSettings = {
  maxConnections: {
    name: 'MAX_CONNECTIONS',
    description: 'The maximum number of WebSocket connections per worker.',
    kind: count,
    fallback: '0',
  },
  maxConnectionsPerUser: {
    name: 'MAX_CONNECTIONS_PER_USER',
    description: 'The maximum number of WebSocket connections per user and worker.',
    kind: count,
    fallback: '0',
    productionFallback: '100',
  },
  maxConnectionsPerAddress: {
    name: 'MAX_CONNECTIONS_PER_ADDRESS',
    description:
      'The maximum number of WebSocket connections per client address and worker. An IPv6 client is its /64.',
    kind: count,
    fallback: '0',
    productionFallback: '1000',
  },
  maxPendingHandshakes: {
    name: 'MAX_PENDING_HANDSHAKES',
    description:
      'The maximum number of handshakes in progress per worker, and of sockets whose request has not arrived.',
    kind: count,
    fallback: '0',
    productionFallback: '10000',
  },
  maxPendingHandshakesPerAddress: {
    name: 'MAX_PENDING_HANDSHAKES_PER_ADDRESS',
    description: 'The same for one client address.',
    kind: count,
    fallback: '0',
    productionFallback: '500',
  },
  maxMessagesPerSecond: {
    name: 'MAX_MESSAGES_PER_SECOND',
    description:
      'How many messages a WebSocket connection may send in a second before it is closed with 4429. Acks of new messages are not counted.',
    kind: integer(0, 1_000_000, 'no limit'),
    fallback: '0',
    productionFallback: '100',
  },
  maxDevicesPerUser: {
    name: 'MAX_DEVICES_PER_USER',
    description:
      'The maximum number of devices per user. A new one replaces the least recently used one, which then starts like a new device.',
    kind: count,
    fallback: '0',
    productionFallback: '100',
  },
  maxKeysPerUser: {
    name: 'MAX_KEYS_PER_USER',
    description:
      'How many idempotency keys of a user are kept. The oldest are removed, and a retry with one of them posts again.',
    kind: count,
    fallback: '0',
    productionFallback: '10000',
  },
} as const satisfies Record<string, Setting<unknown>>;
