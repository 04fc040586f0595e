import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createMetrics } from 'posted/metrics';
import {
  checkReadiness,
  createDocs,
  createServer,
  type Dependency,
  errorCode,
  HttpListener,
  type MetricsSnapshot,
} from 'posted/node';
import { createRestApp, type Mount } from 'posted/rest';
import { createContractServer, type Log } from 'posted/server';
import { contract } from '../../generated/asyncapi/channels.ts';
import { operations } from '../../generated/openapi/operations.ts';
import { secretKey, type TokenKey } from './auth/keys.ts';
import { createPasswords } from './auth/passwords.ts';
import { loadOrCreateSecret } from './auth/secret-file.ts';
import { createTokens } from './auth/tokens.ts';
import { createDeliveryMetrics } from './delivery-metrics.ts';
import { Delivery } from './feed/delivery.ts';
import { createFriends } from './feed/friends.ts';
import { createPosts } from './feed/posts.ts';
import { keepRetention } from './feed/retention.ts';
import { Tail } from './feed/tail.ts';
import { untilAvailable } from './feed/until-available.ts';
import { createUsers } from './feed/users.ts';
import { createOperationHandlers } from './handlers/operations.ts';
import { createPostFeedPosted, type FeedSession } from './handlers/post-feed-posted.ts';
import { joinNodes } from './nodes.ts';
import type { Settings } from './settings/read-settings.ts';
import { table } from './settings/table.ts';
import type { FeedEvent } from './store/event.ts';
import { openStore } from './store/open-store.ts';

/** The whole server: REST and WebSocket on one port, with one store. */
export interface FeedServer {
  /** `http://host:port`, with the chosen port where the setting is 0. */
  readonly url: string;
  /** Resolves with the cause when the server cannot continue and must be closed. */
  readonly failure: Promise<Error>;
  /** The metrics at this moment. */
  snapshot(): Promise<MetricsSnapshot>;
  /**
   * Reports at /readyz that it is stopping, for the time set by SHUTDOWN_DRAIN_MS unless `drain` is false. Then
   * finishes the active requests, closes connections with 1012, and releases everything. Where a step fails, the
   * others still run, and the promise rejects afterwards: `disposalErrors` lists the errors.
   */
  close(options?: { readonly drain?: boolean }): Promise<void>;
}

export interface FeedServerOptions {
  /** The response of /metrics. Default: the metrics of this server. */
  readonly renderMetrics?: () => Promise<string>;
  /** The number of log records dropped since the start. Default: none. */
  readonly droppedLogRecords?: () => number;
}

const root = join(import.meta.dirname, '../..');

const docs = {
  folder: join(root, 'generated/docs'),
  documents: [join(root, 'asyncapi.json'), join(root, 'openapi.yaml')],
};

/** Password hashes that are computed or wait for a thread. One takes about 20 ms of a core. */
const maxPendingPasswords = 64;

/**
 * Starts the server and resolves once it serves requests. It waits for a database that is lost meanwhile.
 * A start that fails releases everything; it listens last, so that it never serves half of what it should.
 *
 * @throws Error that names the setting to check and says what is wrong, such as a port that is in use
 */
export async function startFeedServer(
  settings: Settings,
  log: Log,
  options: FeedServerOptions = {},
): Promise<FeedServer> {
  // Released in reverse order. A step that fails does not skip the others.
  await using resources = new AsyncDisposableStack();
  const { dataDir, shutdownTimeoutMs } = settings;
  const databaseUrl = settings.databaseUrl?.reveal();
  const storeSetting = databaseUrl === undefined ? 'DATA_DIR' : 'DATABASE_URL';
  const { droppedLogRecords = () => 0 } = options;
  const metrics = createMetrics({ channels: contract.channels, droppedLogRecords });
  const deliveryMetrics = createDeliveryMetrics(metrics.registry);
  const { renderMetrics = () => metrics.render() } = options;
  const failed = Promise.withResolvers<Error>();
  let closing: Promise<void> | null = null;
  /** When the shutdown cuts off what is left, by `performance.now()`. */
  let shutdownEndMs = 0;

  await checking('DATA_DIR', () => makeFolder(dataDir));
  const tokens = createTokens({
    key: settings.jwtKey ?? (await checking('DATA_DIR', () => generatedKey(dataDir))),
    issuer: settings.jwtIssuer,
    audience: settings.jwtAudience,
    lifetimeSeconds: settings.jwtLifetimeSeconds,
  });
  const store = await checking(storeSetting, () =>
    openStore({ databaseUrl, dataDir, log, onFailure: failed.resolve }),
  );
  resources.defer(() => store.close());

  const openLog = async () => ({
    history: await store.history(),
    tail: await Tail.start({
      store,
      log,
      isSoleWriter: databaseUrl === undefined,
      apply(event) {
        delivery.add(event);
        feed.hub.apply(event);
      },
    }),
  });
  // An embedded store that has failed does not come back.
  const { history, tail } = await checking(storeSetting, () =>
    databaseUrl === undefined ? openLog() : untilAvailable(openLog, log),
  );
  resources.defer(() => tail.close());
  const delivery = new Delivery<FeedSession>(
    {
      store,
      log,
      observer: deliveryMetrics,
      ackTimeoutMs: settings.ackTimeoutMs,
      checkpointMs: settings.checkpointIntervalMs,
    },
    history,
    tail,
  );
  resources.defer(() => delivery.close());
  resources.defer(keepRetention(delivery, settings.retentionSeconds * 1000, log));
  const feed = createPostFeedPosted({
    tokens,
    delivery,
    friendsOf: (user) => store.friendsOf(user),
    audience: settings.feedAudience,
  });
  const nodes = await checking('BROKER_URL', () =>
    joinNodes({ databaseUrl, brokerUrl: settings.brokerUrl?.reveal(), tail, log, observer: metrics }),
  );
  resources.defer(() => nodes.close());

  const contractServer = createContractServer(
    contract,
    { postFeedPosted: feed.handlers },
    {
      observer: metrics,
      log,
      origins: settings.allowedOrigins,
      settingNames: {
        origins: table.allowedOrigins.name,
        maxConnections: table.maxConnections.name,
        maxConnectionsPerUser: table.maxConnectionsPerUser.name,
        handshakeTimeoutMs: table.handshakeTimeoutMs.name,
      },
      maxMessageBytes: settings.maxMessageBytes,
      maxConnections: settings.maxConnections,
      maxConnectionsPerUser: settings.maxConnectionsPerUser,
      handshakeTimeoutMs: settings.handshakeTimeoutMs,
      pingIntervalMs: settings.pingIntervalMs,
    },
  );
  deliveryMetrics.watchDelivery(() => ({ ...delivery.stats(), queuedBytes: contractServer.queuedBytes }));
  const offer = (event: FeedEvent): void => {
    tail.offer(event);
    nodes.publish(event);
  };
  const passwords = createPasswords({ maxPending: maxPendingPasswords });
  const app = createRestApp({
    operations,
    handlers: createOperationHandlers({
      users: createUsers(store, passwords, tokens),
      friends: createFriends(store, { offer }),
      posts: createPosts(store, { offer }, delivery),
    }),
    security: { bearerAuth: ({ token }: { readonly token: string }) => tokens.verify(token) },
    observer: metrics,
    log,
    origins: settings.allowedOrigins,
    limits: { bodyBytes: settings.maxBodyBytes },
    mounts: { ...createMounts(), ...(await createDocs(docs)) },
  });
  const http = createServer({ app, log });
  http.on('upgrade', contractServer.handleUpgrade);
  const listener = new HttpListener(http);
  resources.defer(() => listener.closed);
  resources.defer(closeWebSockets);
  resources.defer(finishRequests);
  const url = await listener.listen(settings.host, settings.port);
  log.info({ url }, 'listening');
  const running = resources.move();

  return {
    url,
    failure: failed.promise,
    snapshot: () => metrics.snapshot(),
    close({ drain = true } = {}) {
      closing ??= close(drain);
      return closing;
    },
  };

  async function close(drain: boolean): Promise<void> {
    if (drain) await wait(settings.shutdownDrainMs);
    shutdownEndMs = performance.now() + shutdownTimeoutMs;
    await running.disposeAsync();
  }

  /** First of all: posts that are accepted until now still reach the sockets. */
  async function finishRequests(): Promise<void> {
    await listener.finishRequests(shutdownTimeoutMs);
    await tail.applied();
    // From here on no request is answered, so that no post is answered and not delivered.
    listener.closeConnections();
  }

  async function closeWebSockets(): Promise<void> {
    const leftMs = Math.max(0, shutdownEndMs - performance.now());
    const spreadMs = Math.min(settings.byeSpreadMs, leftMs);
    // Where there may be other nodes, clients move there one after the other, and are served until then.
    const isShared = databaseUrl !== undefined;
    await contractServer.shutdown(leftMs, {
      spreadMs: isShared ? spreadMs : 0,
      beforeClose: (connection) =>
        feed.sendBye(connection, isShared ? 0 : Math.floor(Math.random() * spreadMs)),
    });
  }

  function dependencies(): Readonly<Record<string, Dependency>> {
    const { broker } = nodes;
    return {
      store: { isUp: () => store.ping().then(() => true) },
      // Without its broker a node still reads the log, only later.
      ...(broker === null ? {} : { broker: { isUp: () => broker === 'up', isOptional: true } }),
    };
  }

  function createMounts(): Readonly<Record<string, Mount>> {
    return {
      '/healthz': () => Response.json({ status: 'ok' }),
      async '/readyz'() {
        const { isReady, ...body } = await checkReadiness(dependencies(), closing !== null);
        return Response.json(body, { status: isReady ? 200 : 503 });
      },
      async '/metrics'() {
        return new Response(await renderMetrics(), { headers: { 'Content-Type': metrics.contentType } });
      },
    };
  }
}

/** Runs a step of the start. Where it fails, the error names the setting to check. */
async function checking<Result>(setting: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (cause) {
    throw new Error(`${setting}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const message = `cannot create the folder ${path} (${errorCode(cause)}). Set a folder that the server may write to.`;
    throw new Error(message, { cause });
  }
}

async function generatedKey(dataDir: string): Promise<TokenKey> {
  return secretKey(await loadOrCreateSecret(dataDir));
}
