import { logLevels } from 'posted/server';
import {
  anyText,
  brokerUrl,
  choice,
  flag,
  host,
  integer,
  jwksSource,
  type Kind,
  metricsPort,
  mode,
  networks,
  origins,
  processCount,
  secretKeysFile,
  secretUrl,
  serverKeys,
  tokenPublicKey,
  tokenSecret,
} from './kinds.ts';
import { limitSettings } from './limit-settings.ts';
import type { Setting } from './setting.ts';

/** All settings: the source of parsing, `--help` and the table in docs/settings.md. */
export const table = {
  production: {
    name: 'NODE_ENV',
    description: 'The mode. Production has its own defaults for some settings.',
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
    description: 'The port to listen on, for REST and WebSocket.',
    kind: integer(0, 65_535, 'any free port, which is printed'),
    fallback: '8080',
  },
  metricsPort: {
    name: 'METRICS_PORT',
    description: 'The port of HOST on which /metrics is served. Whoever reaches it can read the metrics.',
    kind: metricsPort,
    fallback: 'same',
    productionFallback: 'off',
  },
  dataDir: {
    name: 'DATA_DIR',
    description: 'The folder of the embedded store and the generated secret.',
    kind: anyText,
    fallback: './data',
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    description:
      'The PostgreSQL database, which several servers may share. If unset, the embedded store is used.',
    kind: secretUrl(['postgres', 'postgresql'], 'postgres://user:password@host:5432/database'),
  },
  databaseDirectUrl: {
    name: 'DATABASE_DIRECT_URL',
    description:
      'The same database without a pooler in between, for notifications, which a pooler in transaction mode does not pass on. If unset, DATABASE_URL is used.',
    kind: secretUrl(['postgres', 'postgresql'], 'postgres://user:password@host:5432/database'),
  },
  brokerUrl: {
    name: 'BROKER_URL',
    description:
      'The broker that connects servers sharing a database. Redis also counts limits for all of them. If unset, they notify each other through the database.',
    kind: brokerUrl,
  },
  workers: {
    name: 'WORKERS',
    description: 'The number of processes that serve the port.',
    kind: processCount,
    fallback: '1',
  },
  feedAudience: {
    name: 'FEED_AUDIENCE',
    description:
      'Whose posts a connection receives. `friends` applies to every connection; with `everyone`, each connection chooses.',
    kind: choice(['everyone', 'friends']),
    fallback: 'everyone',
  },
  jwtSecret: {
    name: 'JWT_SECRET',
    description:
      'The secret that signs tokens (HS256). If JWT_PUBLIC_KEY is unset too, one is generated in DATA_DIR at the first start.',
    kind: tokenSecret,
  },
  jwtKeys: {
    name: 'JWT_KEYS',
    description:
      'A file with several secrets, which is read again when it changes. The first one signs tokens, and all verify them; JWT_SECRET verifies those without `kid`.',
    kind: secretKeysFile,
  },
  jwtPublicKey: {
    name: 'JWT_PUBLIC_KEY',
    description:
      "The public key that verifies another issuer's tokens (RS256, ES256), instead of secrets. Registration and login are off.",
    kind: tokenPublicKey,
  },
  jwtJwks: {
    name: 'JWT_JWKS',
    description:
      'The public keys of another issuer, which are read again and again. JWT_PUBLIC_KEY verifies tokens without `kid`. Registration and login are off.',
    kind: jwksSource,
  },
  jwtIssuer: {
    name: 'JWT_ISSUER',
    description: 'The required issuer (iss) of tokens. If unset, any issuer is accepted.',
    kind: anyText,
  },
  jwtAudience: {
    name: 'JWT_AUDIENCE',
    description: 'The required audience (aud) of tokens. If unset, any audience is accepted.',
    kind: anyText,
  },
  jwtLifetimeSeconds: {
    name: 'JWT_LIFETIME_SECONDS',
    description: 'The lifetime of tokens issued by POST /login.',
    kind: integer(1, 31_536_000),
    fallback: '86400',
  },
  publishKeys: {
    name: 'PUBLISH_KEYS',
    description: 'The keys of other back ends that may POST /publish, each with a name. If unset, none may.',
    kind: serverKeys,
  },
  allowedOrigins: {
    name: 'ALLOWED_ORIGINS',
    description: 'The origins of pages that may open a connection.',
    kind: origins,
    fallback: '*',
    productionFallback: 'same-origin',
  },
  trustProxy: {
    name: 'TRUST_PROXY',
    description:
      'The networks of the proxies in front of the server, which report the address of a client and the host that it asked for.',
    kind: networks,
  },
  trustProxyHeaders: {
    name: 'TRUST_PROXY_HEADERS',
    description:
      'The headers that these proxies set: X-Forwarded-For and X-Forwarded-Host, or Forwarded. The other ones are ignored.',
    kind: choice(['x-forwarded', 'forwarded']),
    fallback: 'x-forwarded',
  },
  ...limitSettings,
  maxBodyBytes: {
    name: 'MAX_BODY_BYTES',
    description: 'The maximum size of a request body.',
    kind: integer(1024, 16_777_216),
    fallback: '131072',
  },
  maxMessageBytes: {
    name: 'MAX_MESSAGE_BYTES',
    description: 'The maximum size of a WebSocket message from a client.',
    kind: integer(1024, 16_777_216),
    fallback: '65536',
  },
  maxMessageFragments: {
    name: 'MAX_MESSAGE_FRAGMENTS',
    description: 'The maximum number of frames that a client may split a WebSocket message into.',
    kind: integer(1, 65_536),
    fallback: '1024',
  },
  handshakeTimeoutMs: {
    name: 'HANDSHAKE_TIMEOUT_MS',
    description: 'The time limit for a handshake.',
    kind: integer(1, 3_600_000),
    fallback: '10000',
  },
  pingIntervalMs: {
    name: 'PING_INTERVAL_MS',
    description: 'The time between pings. A connection that does not answer before the next ping is closed.',
    kind: integer(1, 3_600_000),
    fallback: '30000',
  },
  retentionSeconds: {
    name: 'RETENTION_SECONDS',
    description: 'How long the log keeps events for clients to resume from. Posts are not deleted.',
    kind: integer(1, 3_153_600_000),
    fallback: '604800',
  },
  logStaleMs: {
    name: 'LOG_STALE_MS',
    description: 'After how long without a successful read of the log /readyz fails.',
    kind: integer(1000, 3_600_000),
    fallback: '15000',
  },
  logGiveUpMs: {
    name: 'LOG_GIVE_UP_MS',
    description:
      'After how long without a successful read of the log its clients are asked to reconnect, and are refused until it can be read.',
    kind: integer(1000, 86_400_000),
    fallback: '120000',
  },
  acceptSettings: {
    name: 'ACCEPT_SETTINGS',
    description:
      'Whether to start although a server that is running on the same database has other settings. The same as --accept-settings.',
    kind: flag,
    fallback: 'false',
  },
  ackTimeoutMs: {
    name: 'ACK_TIMEOUT_MS',
    description:
      'How long a client that acknowledges may leave messages unacknowledged, without acknowledging any, before its connection is closed.',
    kind: integer(100, 3_600_000),
    fallback: '30000',
  },
  checkpointIntervalMs: {
    name: 'CHECKPOINT_INTERVAL_MS',
    description:
      'How long a resumable connection may be idle before it receives a checkpoint with its cursor.',
    kind: integer(100, 3_600_000),
    fallback: '30000',
  },
  heartbeatIntervalMs: {
    name: 'HEARTBEAT_INTERVAL_MS',
    description:
      'How long a resumable connection whose client has stated its window is silent at most. The client gives up after twice that time.',
    kind: integer(1000, 3_600_000),
    fallback: '15000',
  },
  shutdownDrainMs: {
    name: 'SHUTDOWN_DRAIN_MS',
    description:
      'How long a server that shuts down keeps serving while /readyz fails, so that load balancers notice.',
    kind: integer(0, 3_600_000),
    fallback: '0',
  },
  byeSpreadMs: {
    name: 'BYE_SPREAD_MS',
    description: 'The period over which a shutdown spreads the reconnects of its clients.',
    kind: integer(0, 3_600_000),
    fallback: '2000',
  },
  shutdownTimeoutMs: {
    name: 'SHUTDOWN_TIMEOUT_MS',
    description: 'The time limit for a shutdown, after which remaining connections are cut.',
    kind: integer(0, 3_600_000),
    fallback: '10000',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    description: 'The minimum log level.',
    kind: choice(logLevels),
    fallback: 'info',
  },
} as const satisfies Record<string, Setting<unknown>>;

type ValueOf<Entry> = Entry extends { readonly kind: Kind<infer Value> }
  ? Entry extends { readonly fallback: string }
    ? Value
    : Value | undefined
  : never;

/** The parsed values of all settings. */
export type Values = { readonly [Key in keyof typeof table]: ValueOf<(typeof table)[Key]> };
