import { integer } from './kinds.ts';
import { rates } from './rates.ts';
import type { Setting } from './setting.ts';

const count = integer(0, 10_000_000, 'no limit');

/** What strangers and users can use up. Only production has limits, except those of passwords, which always hold. */
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
  maxKeysPerPublisher: {
    name: 'MAX_KEYS_PER_PUBLISHER',
    description:
      'How many idempotency keys of POST /publish are kept for each of PUBLISH_KEYS, and no longer than their events. A retry with a removed one appends again.',
    kind: count,
    fallback: '100000',
  },
  maxWrongPasswords: {
    name: 'MAX_WRONG_PASSWORDS',
    description:
      'How many wrong passwords a client address may send a worker for one user before further ones are refused with 429. An IPv6 client is its /64.',
    kind: rates,
    fallback: '5/10s,10/10m,30/6h',
  },
  maxWrongPasswordsPerAddress: {
    name: 'MAX_WRONG_PASSWORDS_PER_ADDRESS',
    description:
      'The same for all users together, except those who have logged in or registered from the address before.',
    kind: rates,
    fallback: '30/1m,100/1h,500/1d',
  },
  maxWrongPasswordsPerUser: {
    name: 'MAX_WRONG_PASSWORDS_PER_USER',
    description:
      'How many wrong passwords all addresses together may send for one user. Each further one counts five times for its address, unless the user has logged in or registered from there before. None is refused for it.',
    kind: rates,
    fallback: '100/1d',
  },
  maxPendingPasswords: {
    name: 'MAX_PENDING_PASSWORDS',
    description:
      'The maximum number of passwords per worker that wait to be checked or hashed. Beyond it, addresses that have sent more than others are answered with 503.',
    kind: integer(1, 100_000),
    fallback: '1024',
  },
  maxPendingPasswordsPerAddress: {
    name: 'MAX_PENDING_PASSWORDS_PER_ADDRESS',
    description: 'The same for one client address, which is answered with 429.',
    kind: integer(1, 100_000),
    fallback: '64',
  },
} as const satisfies Record<string, Setting<unknown>>;
