import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  ChannelModel,
  MessageModel,
  OperationModel,
} from '../../scripts/posted/asyncapi/contract-model.ts';
import { asServer } from '../../scripts/posted/asyncapi/union-messages.ts';
import { type Connection, createContractServer, silentLog } from '../../src/runtime/server/index.ts';
import { PostedError } from '../../src/runtime/shared/errors.ts';
import { areValid } from './credentials.ts';
import type { CorpusDocument } from './document.ts';
import { examplesOf } from './examples.ts';

/** A server of any contract that records messages. */
export interface GenericServer {
  readonly port: number;
  /** Received messages, in order. */
  readonly received: readonly { readonly message: string; readonly value: unknown }[];
  /** The open connections of a channel. */
  connections(channel: string): readonly Connection[];
  /** Sends a message to all connections to the same address, and returns their number. */
  publish(connection: Connection, message: MessageModel, value: unknown): number;
  /** Encodes a message without sending it. */
  encode(channel: string, message: MessageModel, value: unknown): void;
  /** Sends a request to the connection's client, and resolves with the reply. */
  request(
    connection: Connection,
    operation: OperationModel,
    message: MessageModel,
    value: unknown,
  ): Promise<unknown>;
  close(): Promise<void>;
}

type Call = (content: unknown) => unknown;
type Functions = Readonly<Record<string, Call>>;

function checkCredentials(credentials: unknown): { readonly id: string } {
  if (!areValid(credentials)) throw new PostedError('unauthorized', 'The credentials are invalid.');
  return { id: 'ann' };
}

/** Serves any contract. Records received messages, and answers each request with an example of its first reply. */
export async function serveDocument({ model, contract }: CorpusDocument): Promise<GenericServer> {
  const received: { message: string; value: unknown }[] = [];

  function handlersOf(channel: ChannelModel): object {
    return Object.fromEntries(
      asServer(channel)
        .operations.filter(({ action }) => action === 'receive')
        .map((operation) => [operation.handlerName, operationHandler(operation)]),
    );
  }

  function operationHandler({ messages, reply }: OperationModel): unknown {
    const handlers = messages.map(({ message }) => [message.name, messageHandler(message, reply)] as const);
    const [only, ...others] = handlers;
    return others.length === 0 ? only?.[1] : Object.fromEntries(handlers);
  }

  function messageHandler({ name, correlationId }: MessageModel, replies: readonly MessageModel[] | null) {
    return (value: unknown, context: { readonly reply: Functions }) => {
      // Binary messages arrive as a Buffer, a subclass of Uint8Array.
      received.push({ message: name, value: value instanceof Uint8Array ? new Uint8Array(value) : value });
      const [answer] = replies ?? [];
      if (answer === undefined) return;
      const content = contentOf(answer, examplesOf(answer)[0]);
      if (correlationId !== null && answer.correlationId !== null) remove(content, answer.correlationId);
      return call(context.reply, answer.name, content);
    };
  }

  const schemes = model.channels.flatMap(({ security, operations }) => [
    ...security,
    ...operations.flatMap((operation) => operation.security),
  ]);
  const app = createContractServer(contract, {
    security: Object.fromEntries(schemes.map(({ name }) => [name, checkCredentials])),
    log: silentLog,
    origins: { kind: 'any' },
  });
  const server = app.handle(
    Object.fromEntries(model.channels.map((channel) => [channel.name, handlersOf(channel)])),
  );
  const http = createServer().on('upgrade', server.handleUpgrade);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    port: (http.address() as AddressInfo).port,
    received,
    connections: (channel) => app.connections({ channel }),
    publish({ channel, params, variables }, message, value) {
      const room = app.room(channel, { ...params }, variables);
      return call(room, message.senderName, contentOf(message, value)) as number;
    },
    encode: (channel, { senderName }, value) => void call(app.channel(channel).encode, senderName, value),
    request(connection, { name, messages }, message, value) {
      const { request } = connection as unknown as { readonly request: Record<string, object> };
      const content = contentOf(message, value);
      return (
        messages.length === 1
          ? call(request, name, content)
          : call(request[name] as object, message.name, content)
      ) as Promise<unknown>;
    },
    async close() {
      await server.shutdown(1000);
      http.close();
      http.closeAllConnections();
    },
  };
}

/** The names of a contract may be any text. */
function call(functions: object, name: string, content: unknown): unknown {
  return (functions as Functions)[name]?.(content);
}

/** A copy of a message without its constants, as an application writes it. */
function contentOf({ constants }: MessageModel, value: unknown): unknown {
  const content = structuredClone(value);
  for (const name of Object.keys(constants)) remove(content, [name]);
  return content;
}

function remove(value: unknown, path: readonly string[]): void {
  const [name = '', ...rest] = path;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return;
  if (rest.length === 0) Reflect.deleteProperty(value, name);
  else remove(Reflect.get(value, name), rest);
}
