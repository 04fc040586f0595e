import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type ConnectToBroker, clientName, pickHost } from './broker-connection.ts';
import type { BrokerUrl } from './broker-url.ts';

/** Core NATS, which stores nothing. */
export const connectToNats: ConnectToBroker = async ({ url, onMessage, onLost, signal }) => {
  const { host, port } = pickHost(url.hosts);
  // If the host is an IP address, the client names no host to verify the certificate against, and Node uses this one.
  const tls = { handshakeFirst: false, host };
  const connection = await connect({
    servers: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    name: clientName,
    reconnect: false,
    ...credentialsOf(url),
    ...(url.isSecure ? { tls } : {}),
  });
  signal.addEventListener('abort', () => void connection.close());
  void connection.closed().then((cause) => onLost(cause ?? new Error('the connection was closed')));
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

/** Reports errors such as a missing permission to publish, until the connection ends. */
async function reportErrors(connection: NatsConnection, onLost: (cause: unknown) => void): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'error') onLost(status.error);
  }
}
