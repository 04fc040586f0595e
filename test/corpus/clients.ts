import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { WebSocket } from 'ws';
import { contentOf } from '../../scripts/posted/asyncapi/content.ts';
import type {
  ChannelModel,
  MessageModel,
  OperationModel,
  SecurityModel,
  ServerModel,
} from '../../scripts/posted/asyncapi/contract-model.ts';
import type { ChannelTypes, ClientBase } from '../../src/runtime/client/index.ts';
import { connect } from '../../src/runtime/client/node.ts';
import { msgpack } from '../../src/runtime/shared/msgpack.ts';
import { clientCredentials, plainCredentials } from './credentials.ts';
import type { CorpusDocument } from './document.ts';
import { examplesOf, handshakeOf, textsOf } from './examples.ts';

/** A client of one channel. */
export interface CorpusClient {
  /** Received messages, in order. */
  readonly received: readonly unknown[];
  /** Sends a message of an operation. Resolves with the reply, or with undefined if the operation has none. */
  send(operation: OperationModel, message: MessageModel, value: unknown): Promise<unknown>;
  close(): Promise<void>;
}

export interface ClientOptions {
  readonly document: CorpusDocument;
  readonly channel: ChannelModel;
  readonly port: number;
  /** Undefined if the contract has no servers. */
  readonly server: ServerModel | undefined;
  readonly schemes: readonly SecurityModel[];
}

/** The first reply message of each operation that sends a request to the client, by operation name. */
function repliesOf({ operations }: ChannelModel): ReadonlyMap<string, MessageModel> {
  const requesting = operations.filter(({ action, reply }) => action === 'send' && reply !== null);
  return new Map(
    requesting.flatMap(({ name, reply }) => (reply?.[0] === undefined ? [] : [[name, reply[0]] as const])),
  );
}

type Send = (content: unknown) => unknown;

/** A generated client of any channel. */
interface AnyClient extends ClientBase<unknown> {
  readonly on: Readonly<Record<string, (handler: (message: unknown) => void) => void>>;
  readonly [member: string]: unknown;
}

/** The generated client. */
export async function openGenerated(options: ClientOptions): Promise<CorpusClient> {
  const { document, channel, schemes } = options;
  const { parameters, query, headers } = handshakeOf(channel, document.schemas);
  const received: unknown[] = [];
  const replies = [...repliesOf(channel)].map(([operation, reply]) => [
    operation,
    () => contentOf(reply, examplesOf(reply)[0], false),
  ]);
  const given = {
    url: serverUrl(options),
    auth: clientCredentials(schemes),
    params: parameters,
    query,
    headers,
    reconnect: false,
    onError: (error: unknown) => void received.push(error),
    answer: Object.fromEntries(replies),
  };
  // The corpus loads channels at run time, so their types are unknown here.
  const client = connect<AnyClient, ChannelTypes>(
    document.clientChannels[channel.name] as never,
    given as never,
  );
  for (const addHandler of Object.values(client.on)) {
    addHandler((value) => void received.push(value instanceof Uint8Array ? new Uint8Array(value) : value));
  }
  await client.opened;
  return {
    received,
    async send({ clientName }, message, value) {
      const member = client[clientName] as Send | Readonly<Record<string, Send>>;
      const send = typeof member === 'function' ? member : member[message.name];
      return await send?.(contentOf(message, value, false));
    },
    async close() {
      client.close();
      await client.closed;
    },
  };
}

/** A client that can also send arbitrary text. */
interface PlainClient extends CorpusClient {
  sendText(text: string): void;
  /** The close code. */
  readonly closed: Promise<number>;
}

/** A plain WebSocket client, written without generated code. */
export async function openPlain(options: ClientOptions): Promise<PlainClient> {
  const { document, channel, schemes } = options;
  const { parameters, query, headers } = handshakeOf(channel, document.schemas);
  const secrets = plainCredentials(schemes);
  const path = channel.address.replaceAll(/\{([^{}]+)\}/g, (_, name) =>
    encodeURIComponent(textsOf(parameters)[name] ?? ''),
  );
  const pairs = Object.entries({ ...query, ...secrets.query }).flatMap(([name, value]) =>
    [value].flat().map((each) => [name, String(each)]),
  );
  const search = new URLSearchParams(pairs).toString();
  const url = `${serverUrl(options)}${path}${search === '' ? '' : `?${search}`}`;
  const socket = new WebSocket(url, { headers: { ...textsOf(headers), ...secrets.headers } });
  const received: unknown[] = [];
  const pending: ((value: unknown) => void)[] = [];
  const requests = channel.operations.filter(({ action, reply }) => action === 'send' && reply !== null);
  socket.on('message', (data, isBinary) => {
    const value = decode(data as Buffer, isBinary, channel.send);
    const request = requests.find(({ messages }) =>
      messages.some(({ message }) => message.examples.some((example) => isDeepStrictEqual(example, value))),
    );
    const resolveReply = pending.shift();
    if (resolveReply !== undefined) resolveReply(value);
    else received.push(value);
    if (request?.reply?.[0] !== undefined) {
      socket.send(encode(request.reply[0], examplesOf(request.reply[0])[0]));
    }
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  return {
    received,
    closed,
    sendText: (text) => socket.send(text),
    send({ reply }, message, value) {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      if (reply === null) resolve(undefined);
      else pending.push(resolve);
      socket.send(encode(message, value));
      return promise;
    },
    async close() {
      socket.close();
      await closed;
    },
  };
}

function encode({ encoding }: MessageModel, value: unknown): string | Uint8Array {
  if (encoding === 'msgpack') return msgpack.encode(value);
  return encoding === 'json' ? JSON.stringify(value) : (value as string | Uint8Array);
}

function decode(data: Buffer, isBinary: boolean, messages: readonly MessageModel[]): unknown {
  const isPacked = messages.some(({ encoding }) => encoding === 'msgpack');
  if (isBinary) return isPacked ? msgpack.decode(data) : new Uint8Array(data);
  const text = data.toString();
  const isText = messages.some(({ encoding, examples }) => encoding === 'text' && examples.includes(text));
  return isText ? text : JSON.parse(text);
}

/** The URL of the server of these tests, with the pathname of a server of the contract. */
export function serverUrl({ port, server }: ClientOptions): string {
  const pathname = (server?.pathname ?? '').replaceAll(/\{([^{}]+)\}/g, (_, name) => {
    const variable = server?.variables.find((candidate) => candidate.name === name);
    return variable?.default ?? variable?.values[0] ?? 'any';
  });
  return `ws://127.0.0.1:${port}${pathname}`;
}
