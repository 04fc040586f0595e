import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { WebSocket } from 'ws';
import type {
  ChannelModel,
  MessageModel,
  SecurityModel,
  ServerModel,
} from '../../scripts/posted/asyncapi/contract-model.ts';
import { connect } from '../../src/runtime/client/node.ts';
import { clientCredentials, plainCredentials } from './credentials.ts';
import type { CorpusDocument } from './document.ts';
import { examplesOf, handshakeOf } from './examples.ts';

/** A client of one channel. */
export interface CorpusClient {
  /** Received messages, in order. */
  readonly received: readonly unknown[];
  send(message: MessageModel, value: unknown): void;
  /** Sends the request of an operation, and resolves with its reply. */
  request(operation: string, message: MessageModel, value: unknown): Promise<unknown>;
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

/** The generated client. */
export async function openGenerated(options: ClientOptions): Promise<CorpusClient> {
  const { document, channel, schemes } = options;
  const { parameters, query, headers } = handshakeOf(channel, document.schemas);
  const received: unknown[] = [];
  const { promise: open, resolve, reject } = Promise.withResolvers<void>();
  const replies = [...repliesOf(channel)].map(([operation, reply]) => [
    operation,
    () => examplesOf(reply)[0],
  ]);
  const given = {
    url: serverUrl(options),
    credentials: clientCredentials(schemes),
    parameters,
    query,
    headers,
    reconnect: false,
    onStatus: ({ state }: { readonly state: string }) => state === 'open' && resolve(),
    onError: reject,
    on: Object.fromEntries(
      channel.send.map(({ name }) => [
        name,
        (value: unknown) => void received.push(value instanceof Uint8Array ? new Uint8Array(value) : value),
      ]),
    ),
    answer: Object.fromEntries(replies),
  };
  // The corpus loads channels at run time, so their types are unknown here.
  const client = connect(document.clientChannels[channel.name] as never, given as never) as unknown as {
    send(name: string, value: unknown): void;
    request(operation: string, value: unknown): Promise<unknown>;
    close(): void;
    readonly closed: Promise<unknown>;
  };
  await open;
  return {
    received,
    send: ({ name }, value) => client.send(name, value),
    request: (operation, _message, value) => client.request(operation, value),
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
    encodeURIComponent(parameters[name] ?? ''),
  );
  const search = new URLSearchParams({ ...query, ...secrets.query }).toString();
  const url = `${serverUrl(options)}${path}${search === '' ? '' : `?${search}`}`;
  const socket = new WebSocket(url, { headers: { ...headers, ...secrets.headers } });
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
    send: (message, value) => socket.send(encode(message, value)),
    request(_operation, message, value) {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      pending.push(resolve);
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
  return encoding === 'json' ? JSON.stringify(value) : (value as string | Uint8Array);
}

function decode(data: Buffer, isBinary: boolean, messages: readonly MessageModel[]): unknown {
  if (isBinary) return new Uint8Array(data);
  const isText = messages.some(({ encoding }) => encoding === 'text');
  return isText ? data.toString() : JSON.parse(data.toString());
}

function serverUrl({ port, server }: ClientOptions): string {
  const pathname = (server?.pathname ?? '').replaceAll(/\{([^{}]+)\}/g, (_, name) => {
    const variable = server?.variables.find((candidate) => candidate.name === name);
    return variable?.default ?? variable?.values[0] ?? 'any';
  });
  return `ws://127.0.0.1:${port}${pathname}`;
}
