/** What the page of browser.test.ts runs: a client, and what it told, for the test to look at. */
import { connect } from 'posted/client';
import { type ChatTypes, chat } from './chat-channel.ts';

export interface Page {
  readonly statuses: unknown[];
  readonly errors: unknown[];
  readonly messages: unknown[];
  readonly client: ReturnType<typeof connect<ChatTypes>>;
  /** Reads messages from now on, until the client ends. */
  read(): Promise<void>;
}

declare global {
  var openPage: (url: string, maxWaitingMessages: number) => void;
  var page: Page;
}

globalThis.openPage = (url, maxWaitingMessages) => {
  const statuses: unknown[] = [];
  const errors: unknown[] = [];
  const messages: unknown[] = [];
  const client = connect(chat, {
    url,
    maxWaitingMessages,
    credentials: { bearerAuth: () => Promise.resolve('a.token~of/bytes+') },
    parameters: { room: 'lobby' },
    query: { audience: 'friends' },
    reconnect: { baseMs: 1, maxMs: 10 },
    onStatus: ({ state }) => statuses.push(state),
    onError: ({ code, message }) => errors.push([code, message]),
  });
  globalThis.page = {
    statuses,
    errors,
    messages,
    client,
    async read() {
      for await (const message of client) messages.push(message);
    },
  };
};
