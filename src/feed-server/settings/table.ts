import { logLevels } from 'posted/server';
import {
  anyText,
  brokerUrl,
  choice,
  host,
  integer,
  type Kind,
  mode,
  origins,
  processCount,
  secretUrl,
  tokenPublicKey,
  tokenSecret,
} from './kinds.ts';

export interface Setting<Value> {
  /** In the environment and in the config file. */
  readonly name: string;
  readonly description: string;
  readonly kind: Kind<Value>;
  /** What is read where nothing is set. */
  readonly fallback?: string;
  /** The same in production mode, where it differs. */
  readonly productionFallback?: string;
}

/** Every setting, once: parsing, `--help` and the table in docs/settings.md come from here. */
export const table = {
  production: {
    name: 'NODE_ENV',
    description: 'The mode. In production other defaults hold.',
    kind: mode,
    fallback: 'development',
  },
  host: {
    name: 'HOST',
    description: 'The address to listen on.',
    kind: host,
    fallback: '127.0.0.1',
    productionFallback: '0.0.0.0',
  },
  port: {
    name: 'PORT',
    description: 'The port of REST and WebSocket.',
    kind: integer(0, 65_535, 'picks a free one and prints it'),
    fallback: '8080',
  },
  dataDir: {
    name: 'DATA_DIR',
    description: 'The folder of the embedded store and of the generated secret.',
    kind: anyText,
    fallback: './data',
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    description: 'The PostgreSQL database, which several servers may share. Unset: the embedded store.',
    kind: secretUrl(['postgres', 'postgresql'], 'postgres://user:password@host:5432/database'),
  },
  brokerUrl: {
    name: 'BROKER_URL',
    description:
      'The broker between servers that share a database. Unset: they hear of each other from the database.',
    kind: brokerUrl,
  },
  workers: {
    name: 'WORKERS',
    description: 'How many processes serve the port. More than one need DATABASE_URL.',
    kind: processCount,
    fallback: '1',
  },
  feedAudience: {
    name: 'FEED_AUDIENCE',
    description: 'Whose posts a connection gets. `friends` makes that the rule for all connections.',
    kind: choice(['everyone', 'friends']),
    fallback: 'everyone',
  },
  jwtSecret: {
    name: 'JWT_SECRET',
    description:
      'The secret that signs tokens (HS256). Unset, and JWT_PUBLIC_KEY too: made in DATA_DIR at the first start.',
    kind: tokenSecret,
  },
  jwtPublicKey: {
    name: 'JWT_PUBLIC_KEY',
    description: "The key that checks another issuer's tokens (RS256, ES256), instead of JWT_SECRET.",
    kind: tokenPublicKey,
  },
  jwtIssuer: {
    name: 'JWT_ISSUER',
    description: 'The issuer (iss) that tokens must name. Unset: any.',
    kind: anyText,
  },
  jwtAudience: {
    name: 'JWT_AUDIENCE',
    description: 'The audience (aud) that tokens must name. Unset: any.',
    kind: anyText,
  },
  jwtLifetimeSeconds: {
    name: 'JWT_LIFETIME_SECONDS',
    description: 'How long the tokens of POST /login are good for.',
    kind: integer(1, 31_536_000),
    fallback: '86400',
  },
  allowedOrigins: {
    name: 'ALLOWED_ORIGINS',
    description: 'The origins whose pages may open a connection.',
    kind: origins,
    fallback: '*',
    productionFallback: 'same-origin',
  },
  maxConnections: {
    name: 'MAX_CONNECTIONS',
    description: 'How many WebSocket connections may be open, for each worker.',
    kind: integer(0, 10_000_000, 'for no limit'),
    fallback: '0',
  },
  maxConnectionsPerUser: {
    name: 'MAX_CONNECTIONS_PER_USER',
    description: 'The same for each user.',
    kind: integer(0, 10_000_000, 'for no limit'),
    fallback: '0',
  },
  maxBodyBytes: {
    name: 'MAX_BODY_BYTES',
    description: 'The largest body of a request.',
    kind: integer(1024, 16_777_216),
    fallback: '131072',
  },
  maxMessageBytes: {
    name: 'MAX_MESSAGE_BYTES',
    description: 'The largest message that a client may send on a WebSocket.',
    kind: integer(1024, 16_777_216),
    fallback: '65536',
  },
  handshakeTimeoutMs: {
    name: 'HANDSHAKE_TIMEOUT_MS',
    description: 'How long opening a connection may take.',
    kind: integer(1, 3_600_000),
    fallback: '10000',
  },
  pingIntervalMs: {
    name: 'PING_INTERVAL_MS',
    description: 'How often a connection is pinged. One that does not answer until the next ping is dropped.',
    kind: integer(1, 3_600_000),
    fallback: '30000',
  },
  retentionSeconds: {
    name: 'RETENTION_SECONDS',
    description: 'How long the log keeps events for clients that were away. Posts stay.',
    kind: integer(1, 3_153_600_000),
    fallback: '604800',
  },
  ackTimeoutMs: {
    name: 'ACK_TIMEOUT_MS',
    description: 'How long a client that acknowledges may leave a post unacknowledged.',
    kind: integer(100, 3_600_000),
    fallback: '30000',
  },
  checkpointIntervalMs: {
    name: 'CHECKPOINT_INTERVAL_MS',
    description: 'After how much quiet a resumable connection is sent its place.',
    kind: integer(100, 3_600_000),
    fallback: '30000',
  },
  shutdownDrainMs: {
    name: 'SHUTDOWN_DRAIN_MS',
    description:
      'How long /readyz says that a shutdown is coming, while all is served still: for load balancers.',
    kind: integer(0, 3_600_000),
    fallback: '0',
  },
  byeSpreadMs: {
    name: 'BYE_SPREAD_MS',
    description: 'Over how long a shutdown spreads its clients, so that they do not come back at once.',
    kind: integer(0, 3_600_000),
    fallback: '2000',
  },
  shutdownTimeoutMs: {
    name: 'SHUTDOWN_TIMEOUT_MS',
    description: 'How long a shutdown may take before what is left is cut off.',
    kind: integer(0, 3_600_000),
    fallback: '10000',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    description: 'The least important records that are logged.',
    kind: choice(logLevels),
    fallback: 'info',
  },
} as const satisfies Record<string, Setting<unknown>>;

type ValueOf<Entry> = Entry extends { readonly kind: Kind<infer Value> }
  ? Entry extends { readonly fallback: string }
    ? Value
    : Value | undefined
  : never;

/** What the table's texts are read to. */
export type Values = { readonly [Key in keyof typeof table]: ValueOf<(typeof table)[Key]> };
