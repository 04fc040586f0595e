import { setTimeout as wait } from 'node:timers/promises';
import type { RestApp } from '../rest/app.ts';
import type { ContractServer } from '../server/contract-server.ts';
import type { Log } from '../shared/log.ts';
import { disposalErrors } from './disposal-errors.ts';
import { HttpListener, type ListenSettingNames } from './http-listener.ts';
import { createServer } from './http-server.ts';
import type { ResolvedListenOptions } from './listen-options.ts';
import { limitPendingSockets, type PendingSocketsOptions } from './pending-sockets.ts';
import { type Running, run, type Stop } from './running.ts';
import { watchStopSignals } from './stop-signals.ts';
import type { PrimaryLink } from './workers/primary-link.ts';
import type { MetricsSnapshot } from './workers/worker-messages.ts';

/** The HTTP part of a server that starts. */
export interface StartedHttp {
  readonly app: RestApp;
  /** Serves /metrics on a port of its own; null if it has none. */
  readonly metrics: { readonly app: RestApp; readonly port: number } | null;
  /** The metrics of this process. */
  readonly snapshot: () => Promise<MetricsSnapshot>;
}

export interface StartDeps {
  readonly createHttp: () => Promise<StartedHttp>;
  /** Handles requests that are not for the app of `createHttp`; false for the others. */
  readonly handleRequest: ContractServer['handleRequest'];
  readonly sockets: ContractServer;
  /** Null if this process is not one of several workers. */
  readonly primary: PrimaryLink | null;
  /** Connects the server with the other nodes. Rejects if that can never succeed. */
  readonly joinPeers: () => Promise<void>;
  /** Called when the server starts to stop: readiness fails from then on. */
  readonly onStopping: () => void;
  /** Called when all connections are closed. */
  readonly closed: () => Promise<void>;
  readonly log: Log;
  readonly settingNames: ListenSettingNames;
  readonly pendingSockets: PendingSocketsOptions;
}

/**
 * Serves HTTP and WebSocket on one port of this process, and listens last, when all of it is ready. A failed start
 * releases everything.
 *
 * @throws Error that names the setting to change, such as a port that is in use
 */
export async function startServer(deps: StartDeps, options: ResolvedListenOptions): Promise<Running> {
  const { sockets, primary, log } = deps;
  // Released in reverse order. A step that fails does not skip the others.
  await using starting = new AsyncDisposableStack();
  const stopSignals = starting.use(watchStopSignals(signalsOf(primary, options), log));
  if (options.resources !== undefined) starting.use(options.resources);
  starting.defer(deps.closed);
  const { app, metrics, snapshot } = await deps.createHttp();
  const metricsUrl = metrics === null ? null : await serveMetrics(metrics, options.host, deps, starting);
  const http = createServer({ app, handleRequest: deps.handleRequest, log });
  http.on('upgrade', sockets.handleUpgrade);
  limitPendingSockets(http, deps.pendingSockets);
  const listener = new HttpListener(http, deps.settingNames, sockets.isEventStream);
  const url = await listener.listen(options.host, primary?.port ?? options.port);
  const urls = { url, metricsUrl };
  let endMs = 0;
  starting.defer(() => {
    listener.closeConnections();
    return listener.closed;
  });
  starting.defer(() => closeSockets(sockets, options, endMs - performance.now()));
  starting.defer(() => finishRequests(listener, options));
  await deps.joinPeers();
  log.info(metricsUrl === null ? { url } : urls, 'listening');
  const steps = starting.move();

  async function close({ drain }: Stop): Promise<boolean> {
    deps.onStopping();
    if (drain) await wait(options.drainMs);
    endMs = performance.now() + options.shutdownTimeoutMs;
    try {
      await steps.disposeAsync();
      return true;
    } catch (thrown) {
      for (const err of disposalErrors(thrown)) log.error({ err }, 'a step of the shutdown failed');
      return false;
    }
  }

  primary?.ready(urls, snapshot);
  return run({
    urls,
    subject: 'the server',
    stops: [stopSignals.received, ...(primary === null ? [] : [primary.stop])],
    failure: options.failure,
    ownsProcess: options.signals || primary !== null,
    close,
    log,
  });
}

/** Listens on the port of /metrics, until the other one is closed. */
async function serveMetrics(
  { app, port }: NonNullable<StartedHttp['metrics']>,
  host: string,
  { log, settingNames }: Pick<StartDeps, 'log' | 'settingNames'>,
  starting: AsyncDisposableStack,
): Promise<string> {
  const portName = settingNames.metricsPort ?? 'metricsPort';
  const listener = new HttpListener(createServer({ app, log }), { ...settingNames, port: portName });
  const url = await listener.listen(host, port);
  starting.defer(async () => {
    await listener.finishRequests(0);
    listener.closeConnections();
    await listener.closed;
  });
  return `${url}/metrics`;
}

/** Only the primary acts on SIGINT, which terminals send to all processes. */
function signalsOf(
  primary: PrimaryLink | null,
  { signals }: ResolvedListenOptions,
): readonly NodeJS.Signals[] {
  if (!signals) return [];
  return primary === null ? ['SIGINT', 'SIGTERM'] : ['SIGTERM'];
}

/** The first step of a shutdown, so that what requests have caused still reaches the sockets. */
async function finishRequests(
  listener: HttpListener,
  { shutdownTimeoutMs, requestsFinished }: ResolvedListenOptions,
): Promise<void> {
  await listener.finishRequests(shutdownTimeoutMs);
  await requestsFinished?.();
  // From now on no request is answered, so that none can cause something that is not delivered.
  listener.refuseRequests();
}

async function closeSockets(
  sockets: ContractServer,
  { closeSpreadMs, beforeClose }: ResolvedListenOptions,
  remainingMs: number,
): Promise<void> {
  const leftMs = Math.max(0, remainingMs);
  await sockets.shutdown(leftMs, {
    spreadMs: Math.min(closeSpreadMs, leftMs),
    beforeClose: (connection) => beforeClose?.(connection, leftMs),
  });
}
