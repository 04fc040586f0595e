import { errorCode } from '../../shared/errors.ts';
import type { Broker, HintedEvent } from './broker.ts';
import { type Engine, parseBrokerUrl } from './broker-url.ts';
import type { OpenLink } from './link.ts';
import { LinkedBroker, type LinkedBrokerOptions } from './linked-broker.ts';

export interface BrokerOptions<Event extends HintedEvent>
  extends Pick<LinkedBrokerOptions<Event>, 'format' | 'epoch' | 'log' | 'observer'> {
  /** `redis://`, `rediss://`, `amqp://`, `amqps://`, `kafka://`, `nats://` or `tls://`. */
  readonly url: string;
}

interface Client {
  /** The npm package that `load` imports. */
  readonly packageName: string;
  readonly load: () => Promise<OpenLink>;
}

/** Each is loaded only when a URL names its engine. */
const clients: Readonly<Record<Engine, Client>> = {
  redis: {
    packageName: '@redis/client',
    load: async () => (await import('./redis-link.ts')).openRedisLink,
  },
  rabbitmq: {
    packageName: 'amqplib',
    load: async () => (await import('./rabbitmq-link.ts')).openRabbitmqLink,
  },
  kafka: {
    packageName: '@platformatic/kafka',
    load: async () => (await import('./kafka-link.ts')).openKafkaLink,
  },
  nats: {
    packageName: '@nats-io/transport-node',
    load: async () => (await import('./nats-link.ts')).openNatsLink,
  },
};

/**
 * A broker for the engine that the URL names. It connects in the background when it is started.
 *
 * @throws Error for a URL that is not valid, without its user and password, and for a package that is not installed
 */
export async function createBroker<Event extends HintedEvent>({
  url,
  ...options
}: BrokerOptions<Event>): Promise<Broker<Event>> {
  const parsed = parseBrokerUrl(url);
  return new LinkedBroker({ ...options, url: parsed, open: await loadClient(clients[parsed.engine]) });
}

async function loadClient({ packageName, load }: Client): Promise<OpenLink> {
  try {
    return await load();
  } catch (cause) {
    if (errorCode(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause;
    const message = `the package ${packageName} is not installed: run \`npm install ${packageName}\`.`;
    throw new Error(message, { cause });
  }
}
