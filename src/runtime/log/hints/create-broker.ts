import type { Broker, HintedEvent } from './broker.ts';
import { type Engine, parseBrokerUrl } from './broker-url.ts';
import type { OpenLink } from './link.ts';
import { LinkedBroker, type LinkedBrokerOptions } from './linked-broker.ts';

export interface BrokerOptions<Event extends HintedEvent>
  extends Pick<LinkedBrokerOptions<Event>, 'format' | 'epoch' | 'log' | 'observer'> {
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
export async function createBroker<Event extends HintedEvent>({
  url,
  ...options
}: BrokerOptions<Event>): Promise<Broker<Event>> {
  const parsed = parseBrokerUrl(url);
  return new LinkedBroker({ ...options, url: parsed, open: await links[parsed.engine]() });
}
