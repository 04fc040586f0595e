import { isIP } from 'node:net';
import {
  Admin,
  type BaseOptions,
  Connection,
  Consumer,
  instancesChannel,
  Producer,
} from '@platformatic/kafka';
import { type ConnectOptions, type ConnectToBroker, clientName } from './broker-connection.ts';
import type { BrokerUrl } from './broker-url.ts';

// A connection that is reset while it authenticates emits a second error when it has no listeners anymore, which would
// end the process.
instancesChannel.subscribe((message) => {
  const { instance } = message as { readonly instance?: unknown };
  if (instance instanceof Connection) instance.on('error', () => {});
});

/** All messages go through one partition, so that topics with any number of partitions work. */
const partition = 0;

/** The most that is fetched at once. */
const maxBytes = 1_048_576;

/** How long Kafka holds a fetch request while there are no messages. */
const maxWaitMs = 1000;

/** For a topic that we create, because nobody reads old messages. */
const retention = [
  { name: 'cleanup.policy', value: 'delete' },
  { name: 'retention.ms', value: '600000' },
];

/** The attribute of a batch of Kafka's own control records. */
const controlBatch = 0b10_0000;

/** The next offset to fetch. */
interface Position {
  readonly topicId: string;
  /** The leader of the partition. */
  readonly node: number;
  readonly offset: bigint;
}

/**
 * A topic that every server reads from the end on. Servers join no consumer group, because each of them reads everything
 * and none needs to store an offset.
 */
export const connectToKafka: ConnectToBroker = async (options) => {
  const { url, onLost, signal } = options;
  const { topic } = url;
  // The client requires the name of a group, which is never joined.
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
    // TLS requires a host name here, not an IP address.
    ...(isSecure ? { tls: {}, tlsServerName: hosts.every(({ host }) => isIP(host) === 0) } : {}),
    ...(sasl === undefined ? {} : { sasl: { mechanism: sasl, username, password } }),
  };
}

/** @throws Error that says how to fix it if the topic does not exist and cannot be created */
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
    // -1: the cluster's default.
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: -1, configs: retention });
  } catch (cause) {
    throw new Error(
      `the topic ${topic} does not exist and could not be created: create it with one partition`,
      {
        cause,
      },
    );
  } finally {
    await admin.close();
  }
}

async function findEnd(consumer: Consumer, topic: string): Promise<Position> {
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

/** Passes on new messages until the signal is aborted. Rejects if the connection is lost. */
async function follow(
  consumer: Consumer,
  { topicId, node, offset: end }: Position,
  { onMessage, signal }: Pick<ConnectOptions, 'onMessage' | 'signal'>,
): Promise<void> {
  for (let offset = end; !signal.aborted; ) {
    const request = { partition, fetchOffset: offset, partitionMaxBytes: maxBytes };
    const { responses } = await consumer.fetch({
      node,
      topics: [{ topicId, partitions: [{ ...request, currentLeaderEpoch: -1, lastFetchedEpoch: -1 }] }],
      minBytes: 1,
      maxBytes,
      maxWaitTime: maxWaitMs,
    });
    const batches = responses.flatMap(({ partitions }) => partitions).flatMap(({ records }) => records ?? []);
    for (const { firstOffset, lastOffsetDelta, attributes, records } of batches) {
      for (const { offsetDelta, value } of records) {
        // A batch is returned as it was written, so it may start before the requested offset.
        const isNew = firstOffset + BigInt(offsetDelta) >= offset;
        if (isNew && value !== null && (attributes & controlBatch) === 0) onMessage(value);
      }
      offset = firstOffset + BigInt(lastOffsetDelta) + 1n;
    }
  }
}
