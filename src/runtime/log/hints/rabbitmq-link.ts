import { once } from 'node:events';
import { connect } from 'amqplib';
import type { BrokerUrl } from './broker-url.ts';
import { anyOf, clientName, type OpenLink } from './link.ts';

/** What a server that does not read may leave in its queue. Beyond it the oldest go. */
const maxLength = 1000;

/** A fanout exchange, and a queue for this connection alone, which ends with it. */
export const openRabbitmqLink: OpenLink = async ({ url, onMessage, onLost, signal }) => {
  const { host, port } = anyOf(url.hosts);
  // Node's sockets take the signal, which the types do not know. Of a socket that is only destroyed the client
  // would take no notice, and keep its timers.
  const socketOptions = { signal, noDelay: true, clientProperties: { connection_name: clientName } };
  const connection = await connect(
    {
      protocol: url.isSecure ? 'amqps' : 'amqp',
      hostname: host,
      port,
      ...credentialsOf(url),
      vhost: url.virtualHost,
      heartbeat: 5,
    },
    socketOptions,
  );
  connection.on('error', onLost);
  connection.on('close', () => onLost(new Error('the connection has ended')));
  const channel = await connection.createChannel();
  channel.on('error', onLost);
  await channel.assertExchange(url.topic, 'fanout', { durable: false, autoDelete: true });
  const { queue } = await channel.assertQueue('', {
    durable: false,
    exclusive: true,
    autoDelete: true,
    maxLength,
  });
  await channel.bindQueue(queue, url.topic, '');
  await channel.consume(
    queue,
    (message) => {
      if (message === null) onLost(new Error('the queue is gone'));
      else onMessage(message.content);
    },
    { noAck: true },
  );
  return {
    async publish(bytes) {
      if (!channel.publish(url.topic, '', bytes)) await once(channel, 'drain', { signal });
    },
    close: () => connection.close(),
  };
};

/** Without a user, the one that RabbitMQ has from the start and lets in from its own machine. */
function credentialsOf({ username, password = '' }: BrokerUrl): { username: string; password: string } {
  return username === undefined ? { username: 'guest', password: 'guest' } : { username, password };
}
