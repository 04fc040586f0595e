import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChannelModel } from '../../scripts/posted/asyncapi/contract-model.ts';
import {
  type Connection,
  createContractServer,
  type Publish,
  type Request,
  silentLog,
} from '../../src/runtime/server/index.ts';
import { PostedError } from '../../src/runtime/shared/errors.ts';
import { areValid } from './credentials.ts';
import type { CorpusDocument } from './document.ts';
import { examplesOf } from './examples.ts';

/** A server of the corpus that records connections and messages. */
export interface GenericServer {
  readonly port: number;
  /** Open connections by channel, in the order of opening. */
  readonly connections: ReadonlyMap<string, readonly Connection<unknown>[]>;
  /** Received messages, in order. */
  readonly received: readonly { readonly message: string; readonly value: unknown }[];
  publisher(operation: string, message: string): Publish<unknown, unknown>;
  requester(operation: string, message: string): Request<unknown, unknown, unknown>;
  close(): Promise<void>;
}

function checkCredentials(credentials: unknown): object {
  if (!areValid(credentials)) throw new PostedError('unauthorized', 'The credentials are invalid.');
  return { id: 'ann' };
}

/** Serves any contract. Records received messages, and answers each request with an example of its first reply. */
export async function serveDocument({ model, contract }: CorpusDocument): Promise<GenericServer> {
  const received: { message: string; value: unknown }[] = [];
  const connections = new Map<string, Connection<unknown>[]>();
  const senders = new Map<string, unknown>();

  function handlersOf(channel: ChannelModel): object {
    const open: Connection<unknown>[] = [];
    connections.set(channel.name, open);
    const schemes = [...channel.security, ...channel.operations.flatMap(({ security }) => security)];
    return {
      security: Object.fromEntries(schemes.map(({ name }) => [name, checkCredentials])),
      accept: (handshake: unknown) => handshake,
      opened: (connection: Connection<unknown>) => open.push(connection),
      closed(session: unknown) {
        const index = open.findIndex((connection) => connection.session === session);
        if (index !== -1) open.splice(index, 1);
      },
      ...Object.fromEntries(
        channel.operations.map((operation) => [operation.name, operationHandlers(operation)]),
      ),
    };
  }

  function operationHandlers({ name, action, messages, reply }: ChannelModel['operations'][number]): object {
    const [answer] = reply ?? [];
    return Object.fromEntries(
      messages.map(({ message }) => [
        message.name,
        action === 'send'
          ? (send: unknown) => senders.set(`${name} ${message.name}`, send)
          : (value: unknown) => {
              // Binary messages arrive as a Buffer, a subclass of Uint8Array.
              const bytes = value instanceof Uint8Array ? new Uint8Array(value) : value;
              received.push({ message: message.name, value: bytes });
              if (answer === undefined) return;
              const payload = structuredClone(examplesOf(answer)[0]);
              return (reply?.length ?? 0) > 1 ? { message: answer.name, payload } : payload;
            },
      ]),
    );
  }

  const handlers = Object.fromEntries(model.channels.map((channel) => [channel.name, handlersOf(channel)]));
  const server = createContractServer(contract, handlers, { log: silentLog, origins: { kind: 'any' } });
  const http = createServer().on('upgrade', server.handleUpgrade);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    port: (http.address() as AddressInfo).port,
    connections,
    received,
    publisher: (operation, message) => senders.get(`${operation} ${message}`) as Publish<unknown, unknown>,
    requester: (operation, message) =>
      senders.get(`${operation} ${message}`) as Request<unknown, unknown, unknown>,
    async close() {
      await server.shutdown(1000);
      http.close();
      http.closeAllConnections();
    },
  };
}
