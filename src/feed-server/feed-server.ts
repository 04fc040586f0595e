import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createMetrics } from 'posted/metrics';
import type { MetricsSnapshot } from 'posted/node';
import { checkReadiness, createDocs, createServer, type Dependency, errorCode } from 'posted/node';
import { createRestApp, type Mount } from 'posted/rest';
import type { Log } from 'posted/server';
import { createContractServer } from 'posted/server';
import { contract } from '../../generated/asyncapi/channels.ts';
import { operations } from '../../generated/openapi/operations.ts';
import { secretKey, type TokenKey } from './auth/keys.ts';
import { createPasswords } from './auth/passwords.ts';
import { loadOrCreateSecret } from './auth/secret.ts';
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
import { createPostFeedPosted } from './handlers/post-feed-posted.ts';
import { alone, joinNodes } from './nodes.ts';
import type { Settings } from './settings/read-settings.ts';
import type { FeedEvent } from './store/event.ts';
import { openStore } from './store/open-store.ts';

/** The whole server: REST and WebSocket on one port, over one store. */
export interface FeedServer {
  /** `http://host:port`, with the port that was picked where the setting is 0. */
  readonly url: string;
  /** Resolves, with the cause, when the server cannot go on; whoever runs it then closes it. */
  readonly failure: Promise<Error>;
  /** What was counted until now. */
  snapshot(): Promise<MetricsSnapshot>;
  /**
   * Says at /readyz that it leaves, for the time that the settings give to that unless `drain` is false.
   * Then finishes what was begun, closes connections with 1012, and lets go of everything.
   */
  close(options?: { readonly drain?: boolean }): Promise<void>;
}

export interface FeedServerOptions {
  /** What /metrics answers with. Default: what this server has counted. */
  readonly renderMetrics?: () => Promise<string>;
}

/** Connections that may wait to be accepted: all clients come back at once after a restart. The system may allow fewer. */
const backlog = 4096;

/** The root of the repository, with the contracts and the generated documentation. */
const root = join(import.meta.dirname, '../..');

/** Password hashes that are at work or wait for a thread. One takes about 20 ms of a core. */
const maxPendingPasswords = 64;

/**
 * Starts the server and resolves once it can be used. A database that is lost meanwhile is waited for.
 *
 * @throws Error that says what stands in the way, such as a port that is taken
 */
export async function startFeedServer(
  settings: Settings,
  log: Log,
  options: FeedServerOptions = {},
): Promise<FeedServer> {
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
  const tokens = createTokens({
    key: settings.jwtKey ?? (await generatedKey(settings.dataDir)),
    issuer: settings.jwtIssuer,
    audience: settings.jwtAudience,
    lifetimeSeconds: settings.jwtLifetimeSeconds,
  });
  const metrics = createMetrics(contract);
  const deliveryMetrics = createDeliveryMetrics(metrics.registry);
  const { renderMetrics = () => metrics.render() } = options;
  const failed = Promise.withResolvers<Error>();
  const databaseUrl = settings.databaseUrl?.reveal();
  const store = await openStore({ databaseUrl, dataDir: settings.dataDir, log, onFailure: failed.resolve });
  let nodes = alone;
  let isStopping = false;

  try {
    const openLog = async () => ({
      history: await store.history(),
      tail: await Tail.start({
        store,
        log,
        isAlone: databaseUrl === undefined,
        apply(event) {
          delivery.apply(event);
          feed.hub.apply(event);
        },
      }),
    });
    // An embedded store that has failed does not come back.
    const { history, tail } =
      databaseUrl === undefined ? await openLog() : await untilAvailable(openLog, log);
    const delivery = new Delivery(
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
    const stopPruning = keepRetention(delivery, settings.retentionSeconds * 1000, log);
    const feed = createPostFeedPosted({
      tokens,
      delivery,
      friendsOf: (user) => store.friendsOf(user),
      audience: settings.feedAudience,
    });
    const contractServer = createContractServer(
      contract,
      { postFeedPosted: feed.handlers },
      {
        observer: metrics,
        log,
        origins: settings.allowedOrigins,
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
      mounts: {
        ...createMounts(),
        ...(await createDocs({
          folder: join(root, 'generated/docs'),
          documents: [join(root, 'asyncapi.json'), join(root, 'openapi.yaml')],
        })),
      },
    });
    const http = createServer({ app, log });
    http.on('upgrade', contractServer.handleUpgrade);
    const requests = countRequests(http);
    await listen(http, settings.host, settings.port);
    nodes = await joinNodes({
      databaseUrl,
      brokerUrl: settings.brokerUrl?.reveal(),
      tail,
      log,
      observer: metrics,
    });
    const url = urlOf(http, settings.host);
    log.info({ url }, 'listening');

    return {
      url,
      failure: failed.promise,
      snapshot: () => metrics.snapshot(),
      async close({ drain = true } = {}) {
        if (isStopping) return;
        isStopping = true;
        if (drain) await wait(settings.shutdownDrainMs);
        const endMs = performance.now() + settings.shutdownTimeoutMs;
        const closed = once(http, 'close');
        http.close();
        // Requests first: what is posted until now still reaches the sockets.
        await requests.idle(settings.shutdownTimeoutMs);
        await tail.applied();
        // From here on nothing is answered any more, so that nothing is answered and not sent.
        http.closeAllConnections();
        const leftMs = Math.max(0, endMs - performance.now());
        const spreadMs = Math.min(settings.byeSpreadMs, leftMs);
        // Where there may be other nodes, clients go there in turn, and are served until then.
        const isShared = databaseUrl !== undefined;
        await contractServer.shutdown(leftMs, {
          spreadMs: isShared ? spreadMs : 0,
          leaving: (connection) =>
            feed.sayBye(connection, isShared ? 0 : Math.floor(Math.random() * spreadMs)),
        });
        await closed;
        await tail.close();
        await stopPruning();
        await delivery.close();
        await nodes.close();
        await store.close();
      },
    };
  } catch (thrown) {
    await store.close();
    throw thrown;
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
        const { isReady, ...body } = await checkReadiness(dependencies(), isStopping);
        return Response.json(body, { status: isReady ? 200 : 503 });
      },
      async '/metrics'() {
        return new Response(await renderMetrics(), { headers: { 'Content-Type': metrics.contentType } });
      },
    };
  }
}

async function generatedKey(dataDir: string): Promise<TokenKey> {
  return secretKey(await loadOrCreateSecret(dataDir));
}

async function listen(http: Server, host: string, port: number): Promise<void> {
  http.listen(port, host, backlog);
  try {
    await once(http, 'listening');
  } catch (cause) {
    const code = errorCode(cause);
    const hint = code === 'EADDRINUSE' ? 'another program uses it; set PORT, 0 picks a free one' : code;
    throw new Error(`cannot listen on ${host}, port ${port}: ${hint}.`, { cause });
  }
}

function urlOf(http: Server, host: string): string {
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  // A wildcard address is nowhere to connect to.
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/** Knows when no request is being answered. */
function countRequests(http: Server): { idle(timeoutMs: number): Promise<void> } {
  let active = 0;
  let whenIdle: (() => void) | null = null;
  const end = (): void => {
    active -= 1;
    if (active === 0) whenIdle?.();
  };
  http.on('request', (_request, response) => {
    active += 1;
    response.on('close', end);
  });
  return {
    idle: (timeoutMs) =>
      new Promise((resolve) => {
        if (active === 0) {
          resolve();
          return;
        }
        const timer = setTimeout(resolve, timeoutMs);
        whenIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}
