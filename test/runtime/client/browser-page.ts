/** The script of the page in browser.test.ts: a client that records its callbacks for the test. */
import { type ConnectOptions, connect } from '../../../src/runtime/client/browser.ts';
import { type ChatClient, chat } from './chat-channel.ts';
import { type TalkTypes, talk } from './talk-channel.ts';

export interface Page {
  readonly statuses: unknown[];
  readonly errors: unknown[];
  readonly messages: unknown[];
  /** The bytes of messages of unknown types. */
  readonly unknown: number[][];
  readonly client: ChatClient;
  /** Reads messages until the client ends. */
  read(): Promise<void>;
}

/** The credentials with which a test can make the page connect. */
type TalkCredentials = NonNullable<ConnectOptions<TalkTypes>['auth']>;

declare global {
  /** Exchanges a request in each direction; resolves with the received bytes and the reply. */
  var talkOnce: (url: string, credentials: TalkCredentials) => Promise<{ bytes: number[]; reply: unknown }>;
  var openPage: (url: string, maxWaitingMessages: number, baseMs?: number) => void;
  var page: Page;
}

globalThis.openPage = (url, maxWaitingMessages, baseMs = 1) => {
  const errors: unknown[] = [];
  const messages: unknown[] = [];
  const unknown: number[][] = [];
  const client = connect(chat, {
    url,
    maxWaitingMessages,
    auth: 'a.token~of/bytes+',
    params: { room: 'lobby' },
    query: { audience: 'friends' },
    reconnect: { baseMs, maxMs: Math.max(baseMs, 10) },
    onUnknown: (message) => void unknown.push([...(message as Uint8Array)]),
    onError: ({ code, message }) => errors.push([code, message]),
  });
  const statuses: unknown[] = [client.status.value.state];
  client.status.subscribe(({ state }) => void statuses.push(state));
  globalThis.page = {
    statuses,
    errors,
    messages,
    unknown,
    client,
    async read() {
      for await (const message of client.messages()) messages.push(message);
    },
  };
};

globalThis.talkOnce = async (url, auth) => {
  const received = Promise.withResolvers<number[]>();
  await using client = connect(talk, { url, auth, answer: { ping: () => ({}) } });
  client.on.chunk((chunk) => received.resolve([...chunk]));
  await client.opened;
  client.upload(new Uint8Array([1, 2, 255]));
  const reply = await client.count({});
  return { bytes: await received.promise, reply };
};
