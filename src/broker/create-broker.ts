import type { Broker } from './broker.ts';
import { type Engine, parseBrokerUrl } from './broker-url.ts';
import type { OpenLink } from './link.ts';
import { LinkedBroker, type LinkedBrokerOptions } from './linked-broker.ts';

export interface BrokerOptions extends Pick<LinkedBrokerOptions, 'epoch' | 'log' | 'observer'> {
  /** `redis://`, `rediss://`, `amqp://`, `amqps://`, `kafka://`, `nats://` or `tls://`. */
  readonly url: string;
}

/** Loaded when they are used: each brings its own client. */
const links: Readonly<Record<Engine, () => Promise<OpenLink>>> = {
  redis: async () => (await import('./redis-link.ts')).openRedisLink,
  rabbitmq: async () => (await import('./rabbitmq-link.ts')).openRabbitmqLink,
  kafka: async () => (await import('./kafka-link.ts')).openKafkaLink,
  nats: async () => (await import('./nats-link.ts')).openNatsLink,
};

/** @throws Error for a URL that cannot be used, without its user and password */
export async function createBroker({ url, ...options }: BrokerOptions): Promise<Broker> {
  const parsed = parseBrokerUrl(url);
  return new LinkedBroker({ ...options, url: parsed, open: await links[parsed.engine]() });
}
