import { isIP } from 'node:net';
import {
  Admin,
  type BaseOptions,
  Connection,
  Consumer,
  instancesChannel,
  Producer,
} from '@platformatic/kafka';
import type { BrokerUrl } from './broker-url.ts';
import { clientName, type LinkOptions, type OpenLink } from './link.ts';

// One that is reset while it authenticates emits an error once more when nobody listens any longer, which would
// end the process.
instancesChannel.subscribe((message) => {
  const { instance } = message as { readonly instance?: unknown };
  if (instance instanceof Connection) instance.on('error', () => {});
});

/** Everything goes through one partition, so that a topic with any number of them will do. */
const partition = 0;

/** How much is fetched at once. */
const maxBytes = 1_048_576;

/** How long Kafka holds a request for which there is nothing. */
const maxWaitMs = 1000;

/** Of a topic that we make: nobody reads what is old. */
const retention = [
  { name: 'cleanup.policy', value: 'delete' },
  { name: 'retention.ms', value: '600000' },
];

/** The attribute of a batch of Kafka's own notes in a partition. */
const controlBatch = 0b10_0000;

/** Where to read on. */
interface Place {
  readonly topicId: string;
  /** The leader of the partition. */
  readonly node: number;
  readonly offset: bigint;
}

/**
 * A topic that every server reads from its end on. A server is in no consumer group: what it reads is nobody
 * else's, and there is no place to remember.
 */
export const openKafkaLink: OpenLink = async (options) => {
  const { url, onLost, signal } = options;
  const { topic } = url;
  // A group must be named, and is not joined.
  const consumer = new Consumer({ ...clientOptions(url), groupId: clientName });
  const producer = new Producer(clientOptions(url));
  const close = async (): Promise<void> => {
    await Promise.all([consumer.close(true), producer.close(true)]);
  };
  signal.addEventListener('abort', () => void close().catch(onLost));
  await ensureTopic(consumer, url);
  follow(consumer, await findEnd(consumer, topic), options).catch(onLost);
  return {
    async publish(bytes) {
      await producer.send({ messages: [{ topic, partition, value: bytes }], acks: 1 });
    },
    close,
  };
};

function clientOptions({ hosts, isSecure, sasl, username = '', password = '' }: BrokerUrl): BaseOptions {
  return {
    clientId: clientName,
    bootstrapBrokers: [...hosts],
    retries: false,
    // An address is no name that a server could be asked for.
    ...(isSecure ? { tls: {}, tlsServerName: hosts.every(({ host }) => isIP(host) === 0) } : {}),
    ...(sasl === undefined ? {} : { sasl: { mechanism: sasl, username, password } }),
  };
}

/** @throws Error that says what to do where the topic is not there and may not be made */
async function ensureTopic(consumer: Consumer, url: BrokerUrl): Promise<void> {
  const { topic } = url;
  try {
    await consumer.metadata({ topics: [topic] });
    return;
  } catch (thrown) {
    if (!(thrown instanceof Error && thrown.message.startsWith('Unknown topic'))) throw thrown;
  }
  const admin = new Admin(clientOptions(url));
  try {
    // -1: as many as the cluster gives to topics of which nothing is said.
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: -1, configs: retention });
  } catch (cause) {
    throw new Error(`there is no topic ${topic}, and it cannot be made: make it, with one partition`, {
      cause,
    });
  } finally {
    await admin.close();
  }
}

async function findEnd(consumer: Consumer, topic: string): Promise<Place> {
  consumer.topics.track(topic);
  const metadata = (await consumer.metadata({ topics: [topic] })).topics.get(topic);
  const node = metadata?.partitions[partition]?.leader;
  const offsets = await consumer.listOffsets({ topics: [topic], partitions: { [topic]: [partition] } });
  const offset = offsets.get(topic)?.[partition];
  if (metadata !== undefined && node !== undefined && offset !== undefined) {
    return { topicId: metadata.id, node, offset };
  }
  throw new Error(`the topic ${topic} has no partition ${partition}`);
}

/** Hands over what comes, until the link is of no use. Rejects where it is lost. */
async function follow(
  consumer: Consumer,
  { topicId, node, offset: end }: Place,
  { onMessage, signal }: Pick<LinkOptions, 'onMessage' | 'signal'>,
): Promise<void> {
  for (let offset = end; !signal.aborted; ) {
    const wanted = { partition, fetchOffset: offset, partitionMaxBytes: maxBytes };
    const { responses } = await consumer.fetch({
      node,
      topics: [{ topicId, partitions: [{ ...wanted, currentLeaderEpoch: -1, lastFetchedEpoch: -1 }] }],
      minBytes: 1,
      maxBytes,
      maxWaitTime: maxWaitMs,
    });
    const found = responses.flatMap(({ partitions }) => partitions).flatMap(({ records }) => records ?? []);
    for (const { firstOffset, lastOffsetDelta, attributes, records } of found) {
      for (const { offsetDelta, value } of records) {
        // A batch begins where it was written, which may be before what was asked for.
        const isNew = firstOffset + BigInt(offsetDelta) >= offset;
        if (isNew && value !== null && (attributes & controlBatch) === 0) onMessage(value);
      }
      offset = firstOffset + BigInt(lastOffsetDelta) + 1n;
    }
  }
}
