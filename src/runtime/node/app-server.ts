import cluster from 'node:cluster';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { DurableChannels } from '../log/delivery/durable-channels.ts';
import type { NodeBindings, RestApp } from '../rest/app.ts';
import type { DrainOptions } from '../server/connection/drain.ts';
import type { ContractServer } from '../server/contract-server.ts';
import type { Log } from '../shared/log.ts';
import { applicationPosts } from './application-posts.ts';
import { createDocs, type DocsOptions } from './docs.ts';
import { createHealthMounts, type Dependency } from './health.ts';
import {
  createHttpApp,
  createMetricsMount,
  type HttpAppOptions,
  noOperations,
  type RenderedMetrics,
} from './http-app.ts';
import type { ListenSettingNames } from './http-listener.ts';
import { type ListenOptions, type MetricsPort, resolveListenOptions } from './listen-options.ts';
import type { PendingSocketsOptions } from './pending-sockets.ts';
import type { Running } from './running.ts';
import type { ServedLog } from './served-log.ts';
import type { ServedMetrics } from './served-metrics.ts';
import { type StartedHttp, startServer } from './start-server.ts';
import type { PrimaryLink } from './workers/primary-link.ts';
import { superviseWorkers } from './workers/supervise-workers.ts';

/** A complete server of a contract: WebSocket and HTTP. `listen` runs it; the other members embed it. */
export interface AppServer extends ContractServer {
  /**
   * Serves until a signal, a failure or `close` ends it. Resolves once it accepts connections. With several workers,
   * this process only supervises them. If a signal ends the process first, the promise stays pending.
   *
   * @throws Error that names the option or the setting to change, such as a port that is in use
   */
  listen(options?: ListenOptions): Promise<Running>;
  /** Serves a request over HTTP as `listen` does: operations, health and documentation. */
  readonly fetch: (request: Request, node?: NodeBindings) => Promise<Response>;
}

export interface AppServerDeps extends Omit<HttpAppOptions, 'rest' | 'mounts' | 'log'> {
  /** Read when the first request or `listen` needs it. */
  readonly rest: () => HttpAppOptions['rest'];
  readonly sockets: ContractServer;
  /** Begins to apply the revocations in the log, if there is one. */
  readonly followRevocations: () => void;
  /** Null if the contract has no durable messages. */
  readonly durable: DurableChannels | null;
  /** Opens the log for workers; null if they can open it themselves. */
  readonly share: ServedLog['share'];
  /** Those of the application, if it has any. */
  readonly metrics: ServedMetrics | undefined;
  /** Loads the metrics of a server that listens; undefined without prom-client. */
  readonly loadMetrics: () => Promise<ServedMetrics | undefined>;
  readonly dependencies: Readonly<Record<string, Dependency>>;
  readonly docs: DocsOptions | undefined;
  readonly primary: PrimaryLink | null;
  /** Connects this server with the other nodes, once. Rejects if that can never succeed. */
  readonly joinPeers: () => Promise<void>;
  /** The same for requests and connections that do not come from `listen`; a failure is logged. */
  readonly joinPeersInBackground: () => void;
  /** Closes what counts limits, after the last message and request. */
  readonly closeLimits: () => Promise<void>;
  readonly settingNames: ListenSettingNames & { readonly origins?: string };
  readonly pendingSockets: PendingSocketsOptions;
  readonly log: Log;
}

type Mounts = HttpAppOptions['mounts'];

export class ServedContract implements AppServer {
  readonly #deps: AppServerDeps;
  /** For requests that do not come from `listen`. */
  #embedded: Promise<RestApp> | null = null;
  #isStopping = false;
  #isApplicationPost: ReturnType<typeof applicationPosts> | null = null;

  constructor(deps: AppServerDeps) {
    this.#deps = deps;
    deps.followRevocations();
    deps.durable?.follow();
    this.#watch(deps.metrics);
  }

  get connectionCount(): number {
    return this.#deps.sockets.connectionCount;
  }

  get queuedBytes(): number {
    return this.#deps.sockets.queuedBytes;
  }

  readonly handleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.#deps.joinPeersInBackground();
    this.#deps.sockets.handleUpgrade(request, socket, head);
  };

  readonly handleRequest = (request: IncomingMessage, response: ServerResponse): boolean => {
    this.#deps.joinPeersInBackground();
    return this.#handleRequest(request, response);
  };

  readonly isEventStream = (request: IncomingMessage): boolean => this.#deps.sockets.isEventStream(request);

  readonly fetch = async (request: Request, node?: NodeBindings): Promise<Response> => {
    this.#deps.joinPeersInBackground();
    this.#embedded ??= this.#createApp(createMetricsMount(this.#deps.metrics));
    const app = await this.#embedded;
    return await app.fetch(request, node);
  };

  async shutdown(timeoutMs: number, drainOptions?: DrainOptions): Promise<void> {
    const { sockets, durable, closeLimits } = this.#deps;
    this.#isStopping = true;
    await durable?.applied();
    await sockets.shutdown(timeoutMs, {
      spreadMs: durable?.closeSpreadMs ?? 0,
      beforeClose: (connection) => durable?.sendBye(connection, timeoutMs),
      ...drainOptions,
    });
    await durable?.close();
    await closeLimits();
  }

  async listen(options: ListenOptions = {}): Promise<Running> {
    const { sockets, durable, share, primary, joinPeers, closeLimits } = this.#deps;
    const { log, settingNames, pendingSockets } = this.#deps;
    const resolved = resolveListenOptions(options, durable);
    if (resolved.workers > 1 && cluster.isPrimary) {
      await durable?.close();
      await options.resources?.[Symbol.asyncDispose]();
      const shared = share === null ? {} : { sharedLog: await share() };
      return await superviseWorkers({ ...options, ...shared, log, settingNames });
    }
    const onStopping = (): void => {
      this.#isStopping = true;
    };
    const createHttp = (): Promise<StartedHttp> => this.#createHttp(resolved.metricsPort);
    const closed = async (): Promise<void> => {
      await durable?.close();
      await closeLimits();
    };
    const deps = {
      createHttp,
      handleRequest: this.#handleRequest,
      sockets,
      primary,
      joinPeers,
      onStopping,
      closed,
      log,
      settingNames,
      pendingSockets,
    };
    return await startServer(deps, resolved);
  }

  readonly #handleRequest = (request: IncomingMessage, response: ServerResponse): boolean => {
    this.#isApplicationPost ??= applicationPosts(this.#deps.rest());
    if (request.method === 'POST' && this.#isApplicationPost(request)) return false;
    return this.#deps.sockets.handleRequest(request, response);
  };

  /** For `listen`: also with metrics that have to be loaded, and with those of the other workers. */
  async #createHttp(metricsPort: MetricsPort): Promise<StartedHttp> {
    const metrics = await this.#deps.loadMetrics();
    if (metrics !== this.#deps.metrics) this.#watch(metrics);
    const mount = createMetricsMount(metrics === undefined ? undefined : this.#rendered(metrics));
    return {
      app: await this.#createApp(metricsPort === 'same' ? mount : {}),
      metrics:
        typeof metricsPort === 'number' ? { app: this.#createMetricsApp(mount), port: metricsPort } : null,
      snapshot: async () => (await metrics?.snapshot()) ?? [],
    };
  }

  /** Those of all workers, if there are several. */
  #rendered(metrics: ServedMetrics): RenderedMetrics {
    const render = this.#deps.primary?.renderMetrics ?? (() => metrics.render());
    return { contentType: metrics.contentType, render };
  }

  async #createApp(metricsMount: Mounts): Promise<RestApp> {
    const { dependencies, docs } = this.#deps;
    return createHttpApp({
      ...this.#deps,
      rest: this.#deps.rest(),
      mounts: {
        ...createHealthMounts(dependencies, () => this.#isStopping),
        ...metricsMount,
        ...(docs === undefined ? {} : await createDocs(docs)),
      },
    });
  }

  #createMetricsApp(mounts: Mounts): RestApp {
    const { observer, log, origins, limits } = this.#deps;
    return createHttpApp({ observer, log, origins, limits, security: {}, rest: noOperations, mounts });
  }

  #watch(metrics: ServedMetrics | undefined): void {
    const { durable } = this.#deps;
    if (durable === null) return;
    metrics?.watchDelivery(() => ({
      ...durable.stats(),
      queuedBytes: this.queuedBytes,
      staleSeconds: durable.staleMs / 1000,
    }));
  }
}
