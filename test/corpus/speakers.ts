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

/** One side of a connection that speaks a channel as a client does. */
export interface Speaker {
  /** What came, in the order in which it came. */
  readonly heard: readonly unknown[];
  send(message: MessageModel, value: unknown): void;
  /** Sends the question of an operation, and resolves with what answers it. */
  ask(operation: string, message: MessageModel, value: unknown): Promise<unknown>;
  close(): Promise<void>;
}

export interface SpeakerOptions {
  readonly document: CorpusDocument;
  readonly channel: ChannelModel;
  readonly port: number;
  /** Undefined where the contract names no server. */
  readonly server: ServerModel | undefined;
  readonly schemes: readonly SecurityModel[];
}

/** By message name: what a client answers with, the example of the first reply of each operation that asks. */
function answersOf({ operations }: ChannelModel): ReadonlyMap<string, MessageModel> {
  const asking = operations.filter(({ action, reply }) => action === 'send' && reply !== null);
  return new Map(
    asking.flatMap(({ name, reply }) => (reply?.[0] === undefined ? [] : [[name, reply[0]] as const])),
  );
}

/** The generated client. */
export async function openGenerated(options: SpeakerOptions): Promise<Speaker> {
  const { document, channel, schemes } = options;
  const { parameters, query, headers } = handshakeOf(channel, document.schemas);
  const heard: unknown[] = [];
  const { promise: open, resolve, reject } = Promise.withResolvers<void>();
  const answers = [...answersOf(channel)].map(([operation, reply]) => [
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
        (value: unknown) => void heard.push(value instanceof Uint8Array ? new Uint8Array(value) : value),
      ]),
    ),
    answer: Object.fromEntries(answers),
  };
  // The corpus knows channels by their data alone, so that their types say nothing here.
  const client = connect(document.clientChannels[channel.name] as never, given as never) as unknown as {
    send(name: string, value: unknown): void;
    request(operation: string, value: unknown): Promise<unknown>;
    close(): void;
    readonly closed: Promise<unknown>;
  };
  await open;
  return {
    heard,
    send: ({ name }, value) => client.send(name, value),
    ask: (operation, _message, value) => client.request(operation, value),
    async close() {
      client.close();
      await client.closed;
    },
  };
}

/** What only a plain client can do. */
interface PlainSpeaker extends Speaker {
  sendText(text: string): void;
  /** The close code. */
  readonly closed: Promise<number>;
}

/** A client that knows WebSocket and what the contract says to people. */
export async function openPlain(options: SpeakerOptions): Promise<PlainSpeaker> {
  const { document, channel, schemes } = options;
  const { parameters, query, headers } = handshakeOf(channel, document.schemas);
  const secrets = plainCredentials(schemes);
  const path = channel.address.replaceAll(/\{([^{}]+)\}/g, (_, name) =>
    encodeURIComponent(parameters[name] ?? ''),
  );
  const search = new URLSearchParams({ ...query, ...secrets.query }).toString();
  const url = `${serverUrl(options)}${path}${search === '' ? '' : `?${search}`}`;
  const socket = new WebSocket(url, { headers: { ...headers, ...secrets.headers } });
  const heard: unknown[] = [];
  const waiting: ((value: unknown) => void)[] = [];
  const questions = channel.operations.filter(({ action, reply }) => action === 'send' && reply !== null);
  socket.on('message', (data, isBinary) => {
    const value = decode(data as Buffer, isBinary, channel.send);
    const asked = questions.find(({ messages }) =>
      messages.some(({ message }) => message.examples.some((example) => isDeepStrictEqual(example, value))),
    );
    const waiter = waiting.shift();
    if (waiter !== undefined) waiter(value);
    else heard.push(value);
    if (asked?.reply?.[0] !== undefined) socket.send(encode(asked.reply[0], examplesOf(asked.reply[0])[0]));
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  return {
    heard,
    closed,
    sendText: (text) => socket.send(text),
    send: (message, value) => socket.send(encode(message, value)),
    ask(_operation, message, value) {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      waiting.push(resolve);
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

function serverUrl({ port, server }: SpeakerOptions): string {
  const pathname = (server?.pathname ?? '').replaceAll(/\{([^{}]+)\}/g, (_, name) => {
    const variable = server?.variables.find((candidate) => candidate.name === name);
    return variable?.default ?? variable?.values[0] ?? 'any';
  });
  return `ws://127.0.0.1:${port}${pathname}`;
}
