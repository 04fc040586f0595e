import { join } from 'node:path';
import { createMetrics } from 'posted/metrics';
import { type DurableOptions, type Running, serve } from 'posted/node';
import type { Log } from 'posted/server';
import { contract } from '../../generated/asyncapi/channels.ts';
import { operations } from '../../generated/openapi/operations.ts';
import { createOperationHandlers } from './handlers/operations.ts';
import { createServices } from './services/create-services.ts';
import { joinFeedNodes } from './services/join-feed-nodes.ts';
import { openFeedLog } from './services/open-feed-log.ts';
import { openTokens } from './services/open-tokens.ts';
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
  metricsPort: table.metricsPort.name,
  origins: table.allowedOrigins.name,
  trustProxy: table.trustProxy.name,
  maxConnections: table.maxConnections.name,
  maxConnectionsPerUser: table.maxConnectionsPerUser.name,
  maxConnectionsPerAddress: table.maxConnectionsPerAddress.name,
  maxPendingHandshakes: table.maxPendingHandshakes.name,
  maxPendingHandshakesPerAddress: table.maxPendingHandshakesPerAddress.name,
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
  const storeFailure = Promise.withResolvers<Error>();

  const { tokens, keys } = await openTokens(settings, log, resources);
  const eventLog = await openFeedLog({
    settings,
    log,
    brokerObserver: metrics,
    onFailure: storeFailure.resolve,
  });
  resources.defer(() => eventLog.close());
  await joinFeedNodes({ settings, keys, eventLog, log }, resources);
  const services = createServices({ settings, tokens, eventLog, log }, resources);
  const { sessions } = services;
  const app = serve(contract, {
    security: {
      bearerAuth: ({ token }) => sessions.verify(token),
      ticketAuth: ({ key }) => sessions.redeemTicket(key),
    },
    onRevoked: ({ user }) => sessions.revoked(user),
    origins: settings.allowedOrigins,
    trustProxy: { networks: settings.trustProxy ?? [], headers: settings.trustProxyHeaders },
    maxBodyBytes: settings.maxBodyBytes,
    maxMessageBytes: settings.maxMessageBytes,
    maxMessageFragments: settings.maxMessageFragments,
    maxConnections: settings.maxConnections,
    maxConnectionsPerUser: settings.maxConnectionsPerUser,
    maxConnectionsPerAddress: settings.maxConnectionsPerAddress,
    maxPendingHandshakes: settings.maxPendingHandshakes,
    maxPendingHandshakesPerAddress: settings.maxPendingHandshakesPerAddress,
    maxMessagesPerSecond: settings.maxMessagesPerSecond,
    handshakeTimeoutMs: settings.handshakeTimeoutMs,
    pingIntervalMs: settings.pingIntervalMs,
    settingNames,
    eventLog,
    delivery: deliveryOptionsOf(settings),
    dependencies: settings.jwtJwks === undefined ? {} : { keys: { isUp: () => keys.isLoaded } },
    ...(settings.publishKeys === undefined ? {} : { publish: { keys: settings.publishKeys.reveal() } }),
    docs,
    metrics,
    log,
  });
  app.rest(operations, createOperationHandlers(services));
  const server = app.handle({ postFeedPosted: {} });
  // From now on, new revocations are noticed.
  void sessions.load();
  return await server.listen({
    ...listenOptionsOf(settings),
    signals,
    failure: storeFailure.promise,
    resources: resources.move(),
  });
}

function deliveryOptionsOf(settings: Settings): DurableOptions {
  return {
    audience: settings.feedAudience === 'friends' ? 'topic' : 'everyone',
    ackTimeoutMs: settings.ackTimeoutMs,
    checkpointMs: settings.checkpointIntervalMs,
    heartbeatMs: settings.heartbeatIntervalMs,
    byeSpreadMs: settings.byeSpreadMs,
    payloadProperty: 'payload',
  };
}

/** Those of the primary of several workers, too. */
export function listenOptionsOf(settings: Settings) {
  const { host, port, metricsPort, workers, shutdownDrainMs: drainMs, shutdownTimeoutMs } = settings;
  return { host, port, metricsPort, workers, drainMs, shutdownTimeoutMs };
}
