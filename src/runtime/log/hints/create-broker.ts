import type { Bus } from '../../shared/bus.ts';
import type { Log } from '../../shared/log.ts';
import { loadPackage, type OptionalPackage } from '../load-package.ts';
import type { Broker, HintedEvent } from './broker.ts';
import { BrokerBus } from './broker-bus.ts';
import type { ConnectToBroker } from './broker-connection.ts';
import { type Engine, parseBrokerUrl } from './broker-url.ts';
import { ReconnectingBroker, type ReconnectingBrokerOptions } from './reconnecting-broker.ts';
import type { connectToRedisCounts } from './redis-counts.ts';
import { SharedLimits, type SharedLimitsOptions } from './shared-limits.ts';

export interface BrokerOptions<Event extends HintedEvent>
  extends Pick<ReconnectingBrokerOptions<Event>, 'format' | 'epoch' | 'log' | 'observer'> {
  /** `redis://`, `rediss://`, `amqp://`, `amqps://`, `kafka://`, `nats://` or `tls://`. */
  readonly url: string;
}

/** Loaded only if the URL names the engine. */
const clients: Readonly<Record<Engine, OptionalPackage<ConnectToBroker>>> = {
  redis: {
    packageName: '@redis/client',
    load: async () => (await import('./redis-connection.ts')).connectToRedis,
  },
  rabbitmq: {
    packageName: 'amqplib',
    load: async () => (await import('./rabbitmq-connection.ts')).connectToRabbitmq,
  },
  kafka: {
    packageName: '@platformatic/kafka',
    load: async () => (await import('./kafka-connection.ts')).connectToKafka,
  },
  nats: {
    packageName: '@nats-io/transport-node',
    load: async () => (await import('./nats-connection.ts')).connectToNats,
  },
};

/**
 * Creates a broker on the engine that the URL names. It connects in the background once started.
 *
 * @throws Error if the URL is not valid, without quoting its user or password, or if a package is not installed
 */
export async function createBroker<Event extends HintedEvent>({
  url,
  ...options
}: BrokerOptions<Event>): Promise<Broker<Event>> {
  const parsed = parseBrokerUrl(url);
  return new ReconnectingBroker({
    ...options,
    url: parsed,
    connect: await loadPackage(clients[parsed.engine]),
  });
}

/**
 * Creates a bus on the engine that the URL names. Its topic is that of the URL with the suffix `.rooms`, so that hints
 * of the same URL are not on it. It loads the engine's client and connects once started.
 *
 * @throws Error if the URL is not valid, without quoting its user or password
 */
export function createBus(url: string, { log }: { readonly log: Log }): Bus {
  const parsed = parseBrokerUrl(url);
  return new BrokerBus({
    url: { ...parsed, topic: `${parsed.topic}.rooms` },
    log,
    load: () => loadPackage(clients[parsed.engine]),
  });
}

const redisCounts: OptionalPackage<typeof connectToRedisCounts> = {
  packageName: clients.redis.packageName,
  load: async () => (await import('./redis-counts.ts')).connectToRedisCounts,
};

/**
 * Creates what counts limits for all nodes on the engine that the URL names; null if that is not Redis. Its keys start
 * with the topic of the URL and the suffix `.limits`.
 *
 * @throws Error if the URL is not valid, without quoting its user or password
 */
export function createSharedLimits(
  url: string,
  options: Omit<SharedLimitsOptions, 'url' | 'load'>,
): SharedLimits | null {
  const parsed = parseBrokerUrl(url);
  if (parsed.engine !== 'redis') return null;
  return new SharedLimits({ ...options, url: parsed, load: () => loadPackage(redisCounts) });
}
