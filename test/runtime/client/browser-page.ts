/** The script of the page in browser.test.ts: a client that records its callbacks for the test. */
import { type ConnectOptions, connect } from '../../../src/runtime/client/browser.ts';
import { type ChatTypes, chat } from './chat-channel.ts';
import { type TalkTypes, talk } from './talk-channel.ts';

export interface Page {
  readonly statuses: unknown[];
  readonly errors: unknown[];
  readonly messages: unknown[];
  /** The bytes of messages of unknown types. */
  readonly unknown: number[][];
  readonly client: ReturnType<typeof connect<ChatTypes>>;
  /** Reads messages until the client ends. */
  read(): Promise<void>;
}

/** The credentials with which a test can make the page connect. */
type TalkCredentials = NonNullable<ConnectOptions<TalkTypes>['credentials']>;

declare global {
  /** Exchanges a request in each direction; resolves with the received bytes and the reply. */
  var talkOnce: (url: string, credentials: TalkCredentials) => Promise<{ bytes: number[]; reply: unknown }>;
  var openPage: (url: string, maxWaitingMessages: number) => void;
  var page: Page;
}

globalThis.openPage = (url, maxWaitingMessages) => {
  const statuses: unknown[] = [];
  const errors: unknown[] = [];
  const messages: unknown[] = [];
  const unknown: number[][] = [];
  const client = connect(chat, {
    url,
    maxWaitingMessages,
    credentials: { bearerAuth: () => Promise.resolve('a.token~of/bytes+') },
    parameters: { room: 'lobby' },
    query: { audience: 'friends' },
    reconnect: { baseMs: 1, maxMs: 10 },
    onStatus: ({ state }) => statuses.push(state),
    onUnknown: (message) => void unknown.push([...(message as Uint8Array)]),
    onError: ({ code, message }) => errors.push([code, message]),
  });
  globalThis.page = {
    statuses,
    errors,
    messages,
    unknown,
    client,
    async read() {
      for await (const message of client) messages.push(message);
    },
  };
};

globalThis.talkOnce = async (url, credentials) => {
  const received = Promise.withResolvers<number[]>();
  const opened = Promise.withResolvers<void>();
  await using client = connect(talk, {
    url,
    credentials,
    on: { chunk: (chunk) => received.resolve([...chunk]) },
    answer: { ping: () => ({ type: 'pong' }) },
    onStatus: ({ state }) => state === 'open' && opened.resolve(),
  });
  await opened.promise;
  client.send('upload', new Uint8Array([1, 2, 255]));
  const reply = await client.request('count', { type: 'count' });
  return { bytes: await received.promise, reply };
};
