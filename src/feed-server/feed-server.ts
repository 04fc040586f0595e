import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createMetrics } from 'posted/metrics';
import {
  checkReadiness,
  createDocs,
  createServer,
  type Dependency,
  HttpListener,
  type MetricsSnapshot,
} from 'posted/node';
import { createRestApp, type Mount } from 'posted/rest';
import { type ContractServer, createContractServer, type Log } from 'posted/server';
import { contract } from '../../generated/asyncapi/channels.ts';
import { operations } from '../../generated/openapi/operations.ts';
import { createDeliveryMetrics } from './delivery-metrics.ts';
import { createOperationHandlers } from './handlers/operations.ts';
import { openServices, type Services } from './services/open-services.ts';
import { openTokens } from './services/open-tokens.ts';
import type { Settings } from './settings/read-settings.ts';
import { table } from './settings/table.ts';

/** REST and WebSocket on one port, with one store. */
export interface FeedServer {
  /** `http://host:port`, with the actual port if PORT is 0. */
  readonly url: string;
  /** Resolves with the cause if the server cannot continue and must be closed. */
  readonly failure: Promise<Error>;
  /** The metrics at this moment. */
  snapshot(): Promise<MetricsSnapshot>;
  /**
   * Fails /readyz for SHUTDOWN_DRAIN_MS, unless `drain` is false. Then finishes the active requests, closes
   * connections with 1012, and releases everything. A step that fails does not skip the others; the promise
   * rejects afterwards, and `disposalErrors` lists the errors.
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

/**
 * Starts the server and resolves once it accepts requests. Waits for a database that becomes unavailable
 * meanwhile. A failed start releases everything. The server listens last, when all of it is ready.
 *
 * @throws Error that names the setting to check and says what is wrong, such as a port that is in use
 */
export async function startFeedServer(
  settings: Settings,
  log: Log,
  { renderMetrics, droppedLogRecords = () => 0 }: FeedServerOptions = {},
): Promise<FeedServer> {
  // Released in reverse order. A step that fails does not skip the others.
  await using resources = new AsyncDisposableStack();
  const metrics = createMetrics({ channels: contract.channels, droppedLogRecords });
  const deliveryMetrics = createDeliveryMetrics(metrics.registry);
  const storeFailure = Promise.withResolvers<Error>();
  let closing: Promise<void> | null = null;
  /** By `performance.now()`. */
  let shutdownEndMs = 0;

  const tokens = await openTokens(settings);
  const security = {
    bearerAuth: ({ token }: { readonly token: string }) => tokens.verify(token),
  };
  const app = createContractServer(contract, {
    ...webSocketOptions(settings),
    security,
    observer: metrics,
    log,
  });
  const services = await openServices(
    {
      settings,
      tokens,
      feedChannel: app.channel('postFeedPosted'),
      log,
      brokerObserver: metrics,
      deliveryObserver: deliveryMetrics,
      onStoreFailure: storeFailure.resolve,
    },
    resources,
  );
  const sockets = app.handle({ postFeedPosted: services.channel.handlers });
  deliveryMetrics.watchDelivery(() => ({
    ...services.delivery.stats(),
    queuedBytes: sockets.queuedBytes,
  }));
  const rest = createRestApp({
    operations,
    handlers: createOperationHandlers(services),
    security,
    observer: metrics,
    log,
    origins: settings.allowedOrigins,
    settingNames: { origins: table.allowedOrigins.name },
    limits: { bodyBytes: settings.maxBodyBytes },
    mounts: {
      ...createHealthMounts(services, () => closing !== null),
      ...createMetricsMount(metrics.contentType, renderMetrics ?? (() => metrics.render())),
      ...(await createDocs(docs)),
    },
  });

  const http = createServer({ app: rest, log });
  http.on('upgrade', sockets.handleUpgrade);
  const listener = new HttpListener(http);
  resources.defer(() => listener.closed);
  resources.defer(() => closeWebSockets(sockets, services, settings, shutdownEndMs));
  resources.defer(() => finishRequests(listener, services, settings.shutdownTimeoutMs));
  const url = await listener.listen(settings.host, settings.port);
  log.info({ url }, 'listening');
  const running = resources.move();

  async function close(drain: boolean): Promise<void> {
    if (drain) await wait(settings.shutdownDrainMs);
    shutdownEndMs = performance.now() + settings.shutdownTimeoutMs;
    await running.disposeAsync();
  }

  return {
    url,
    failure: storeFailure.promise,
    snapshot: () => metrics.snapshot(),
    close({ drain = true } = {}) {
      closing ??= close(drain);
      return closing;
    },
  };
}

function webSocketOptions(settings: Settings) {
  return {
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
  };
}

function createHealthMounts(
  { store, nodes }: Services,
  isClosing: () => boolean,
): Readonly<Record<string, Mount>> {
  function dependencies(): Readonly<Record<string, Dependency>> {
    const { broker } = nodes;
    return {
      store: { isUp: () => store.ping().then(() => true) },
      // Optional, because a node without its broker still polls the log.
      ...(broker === null ? {} : { broker: { isUp: () => broker === 'up', isOptional: true } }),
    };
  }

  return {
    '/healthz': () => Response.json({ status: 'ok' }),
    async '/readyz'() {
      const { isReady, ...body } = await checkReadiness(dependencies(), isClosing());
      return Response.json(body, { status: isReady ? 200 : 503 });
    },
  };
}

function createMetricsMount(
  contentType: string,
  render: () => Promise<string>,
): Readonly<Record<string, Mount>> {
  return {
    async '/metrics'() {
      return new Response(await render(), { headers: { 'Content-Type': contentType } });
    },
  };
}

/** The first step of a shutdown, so that all posts answered with 200 still reach the sockets. */
async function finishRequests(listener: HttpListener, { tail }: Services, timeoutMs: number): Promise<void> {
  await listener.finishRequests(timeoutMs);
  await tail.applied();
  // No request is answered from now on, so that no post is answered without being delivered.
  listener.closeConnections();
}

async function closeWebSockets(
  sockets: ContractServer,
  { channel }: Services,
  { databaseUrl, byeSpreadMs }: Settings,
  shutdownEndMs: number,
): Promise<void> {
  const leftMs = Math.max(0, shutdownEndMs - performance.now());
  const spreadMs = Math.min(byeSpreadMs, leftMs);
  // With a shared database there may be other nodes: clients move there one by one, and are served until then.
  const isShared = databaseUrl !== undefined;
  await sockets.shutdown(leftMs, {
    spreadMs: isShared ? spreadMs : 0,
    beforeClose: (connection) =>
      channel.sendBye(connection, isShared ? 0 : Math.floor(Math.random() * spreadMs)),
  });
}
