import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { BrokerUrl } from './broker-url.ts';
import { anyOf, clientName, type OpenLink } from './link.ts';

/** Core NATS, which keeps nothing. */
export const openNatsLink: OpenLink = async ({ url, onMessage, onLost, signal }) => {
  const { host, port } = anyOf(url.hosts);
  // The client gives no name to check to a certificate where the host is an address: then Node takes this one.
  const tls = { handshakeFirst: false, host };
  const connection = await connect({
    servers: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    name: clientName,
    reconnect: false,
    ...credentialsOf(url),
    ...(url.isSecure ? { tls } : {}),
  });
  signal.addEventListener('abort', () => void connection.close());
  void connection.closed().then((cause) => onLost(cause ?? new Error('the connection has ended')));
  void reportErrors(connection, onLost);
  connection.subscribe(url.topic, {
    callback(error, message) {
      if (error === null) onMessage(message.data);
      else onLost(error);
    },
  });
  await connection.flush();
  return {
    async publish(bytes) {
      connection.publish(url.topic, bytes);
      await connection.flush();
    },
    close: () => connection.close(),
  };
};

function credentialsOf({ username, password }: BrokerUrl): { user?: string; pass?: string; token?: string } {
  if (username === undefined) return {};
  return password === undefined ? { token: username } : { user: username, pass: password };
}

/** Such as a subject that may not be published to. Ends with the connection. */
async function reportErrors(connection: NatsConnection, onLost: (cause: unknown) => void): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'error') onLost(status.error);
  }
}
