import { once } from 'node:events';
import { connect } from 'amqplib';
import { type ConnectToBroker, clientName, pickHost } from './broker-connection.ts';
import type { BrokerUrl } from './broker-url.ts';

/** How many messages the queue of a slow server holds. Beyond that, the oldest are dropped. */
const maxLength = 1000;

/** A fanout exchange, and an exclusive queue that is deleted with the connection. */
export const connectToRabbitmq: ConnectToBroker = async ({ url, onMessage, onLost, signal }) => {
  const { host, port } = pickHost(url.hosts);
  // Node's sockets accept the signal, although the types do not know it. The client would not notice that a socket was
  // merely destroyed, and would keep its timers.
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
  connection.on('close', () => onLost(new Error('the connection was closed')));
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
      if (message === null) onLost(new Error('the queue was deleted'));
      else onMessage(message.content);
    },
    { noAck: true },
  );
  return {
    async publish(bytes) {
      if (!channel.publish(url.topic, '', bytes)) await once(channel, 'drain', { signal });
    },
    async close() {
      // Closing only the connection would discard messages that the channel has not sent yet.
      await channel.close();
      await connection.close();
    },
  };
};

/** The default is RabbitMQ's built-in user, who may connect from the same machine. */
function credentialsOf({ username, password = '' }: BrokerUrl): { username: string; password: string } {
  return username === undefined ? { username: 'guest', password: 'guest' } : { username, password };
}
