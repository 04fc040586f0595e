import { join } from 'node:path';
import type { OpenLog } from 'posted/log';
import { createMetrics } from 'posted/metrics';
import { type ListenOptions, type PublishOptions, type Running, serve } from 'posted/node';
import type { Log } from 'posted/server';
import { contract } from '../../generated/asyncapi/channels.ts';
import { operations } from '../../generated/openapi/operations.ts';
import { createDeliveryMetrics } from './delivery-metrics.ts';
import { createOperationHandlers } from './handlers/operations.ts';
import { createServices, type Services } from './services/create-services.ts';
import { joinFeedNodes } from './services/join-feed-nodes.ts';
import { openFeedLog } from './services/open-feed-log.ts';
import { openTokens } from './services/open-tokens.ts';
import type { SecretKeys } from './settings/kinds.ts';
import type { Settings } from './settings/read-settings.ts';
import { table } from './settings/table.ts';

export interface FeedServerOptions {
  /** Whether signals stop the server and end the process. Default: false. */
  readonly signals?: boolean;
}

const root = join(import.meta.dirname, '../..');

const docs = {
  folder: join(root, 'generated/docs'),
  documents: [join(root, 'asyncapi.json'), join(root, 'openapi.yaml')],
};

/** The settings behind the options of the server, which errors and the log mention. */
export const settingNames = {
  host: table.host.name,
  port: table.port.name,
  origins: table.allowedOrigins.name,
  maxConnections: table.maxConnections.name,
  maxConnectionsPerUser: table.maxConnectionsPerUser.name,
  handshakeTimeoutMs: table.handshakeTimeoutMs.name,
};

/**
 * Starts REST and WebSocket on one port, with one store, and resolves once the server accepts requests. Waits for a
 * database that becomes unavailable meanwhile. A failed start releases everything.
 *
 * @throws Error that names the setting to check and says what is wrong, such as a port that is in use
 */
export async function startFeedServer(
  settings: Settings,
  log: Log,
  { signals = false }: FeedServerOptions = {},
): Promise<Running> {
  // Released in reverse order. A step that fails does not skip the others.
  await using resources = new AsyncDisposableStack();
  const metrics = createMetrics({
    channels: contract.channels,
    droppedLogRecords: () => log.droppedRecords ?? 0,
  });
  const deliveryMetrics = createDeliveryMetrics(metrics.registry);
  const storeFailure = Promise.withResolvers<Error>();

  const { tokens, tokenKey } = await openTokens(settings);
  const eventLog = await openFeedLog({
    settings,
    log,
    brokerObserver: metrics,
    onFailure: storeFailure.resolve,
  });
  resources.defer(() => eventLog.close());
  await joinFeedNodes({ settings, tokenKey, eventLog, log }, resources);
  const app = serve(contract, {
    security: { bearerAuth: ({ token }) => tokens.verify(token) },
    origins: settings.allowedOrigins,
    maxBodyBytes: settings.maxBodyBytes,
    maxMessageBytes: settings.maxMessageBytes,
    maxConnections: settings.maxConnections,
    maxConnectionsPerUser: settings.maxConnectionsPerUser,
    handshakeTimeoutMs: settings.handshakeTimeoutMs,
    pingIntervalMs: settings.pingIntervalMs,
    settingNames,
    dependencies: eventLog.dependencies,
    ...(settings.publishKeys === undefined
      ? {}
      : { publish: publishOptionsOf(settings.publishKeys, eventLog) }),
    docs,
    metrics,
    log,
  });
  const services = createServices(
    {
      settings,
      tokens,
      eventLog,
      feedChannel: app.channel('postFeedPosted'),
      log,
      replayObserver: deliveryMetrics,
    },
    resources,
  );
  app.rest(operations, createOperationHandlers(services));
  const server = app.handle({ postFeedPosted: services.channel.handlers });
  deliveryMetrics.watchDelivery(() => ({
    ...services.delivery.stats(),
    queuedBytes: server.queuedBytes,
    staleSeconds: eventLog.tail.freshness.staleMs / 1000,
  }));
  return await server.listen({
    ...listenOptionsOf(settings),
    ...closingOptionsOf(settings, eventLog, services),
    signals,
    failure: storeFailure.promise,
    resources: resources.move(),
  });
}

/** What other back ends publish is the payload of a post, as in the events of our own. */
function publishOptionsOf(keys: SecretKeys, log: OpenLog): PublishOptions {
  return { log, keys: keys.reveal(), contentOf: (_event, payload) => ({ payload }) };
}

/** Those of the primary of several workers, too. */
export function listenOptionsOf(settings: Settings) {
  const { host, port, workers, shutdownDrainMs: drainMs, shutdownTimeoutMs } = settings;
  return { host, port, workers, drainMs, shutdownTimeoutMs };
}

/** A shutdown delivers all posts that were answered with 200, and asks clients to come back one after the other. */
function closingOptionsOf(
  { databaseUrl, workers, byeSpreadMs }: Settings,
  { tail }: OpenLog,
  { channel }: Services,
): Pick<ListenOptions, 'closeSpreadMs' | 'requestsFinished' | 'beforeClose'> {
  // With a shared database there may be other nodes: clients move there one by one, and are served until then.
  const isShared = databaseUrl !== undefined || workers > 1;
  return {
    closeSpreadMs: isShared ? byeSpreadMs : 0,
    requestsFinished: () => tail.applied(),
    beforeClose(connection, leftMs) {
      const spreadMs = isShared ? 0 : Math.min(byeSpreadMs, leftMs);
      channel.sendBye(connection, Math.floor(Math.random() * spreadMs));
    },
  };
}
