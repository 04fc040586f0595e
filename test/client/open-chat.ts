import { onTestFinished, vi } from 'vitest';
import type { Client, ClientStatus, ConnectOptions, PostedClientError } from '../../src/client/index.ts';
import { connect } from '../../src/client/node.ts';
import { type ChatTypes, chat } from './chat-channel.ts';

interface OpenedChat {
  readonly client: Client<ChatTypes>;
  readonly statuses: readonly ClientStatus[];
  readonly errors: readonly PostedClientError[];
  /** Resolves with the `count`th status of that state. */
  readonly reaches: <State extends ClientStatus['state']>(
    state: State,
    count?: number,
  ) => Promise<Extract<ClientStatus, { state: State }>>;
}

/** A client with short waits that keeps what it was told. It is closed with the test. */
export function openChat(url: string, options: Partial<ConnectOptions<ChatTypes>> = {}): OpenedChat {
  const statuses: ClientStatus[] = [];
  const errors: PostedClientError[] = [];
  const client = connect(chat, {
    url,
    credentials: { bearerAuth: 'token' },
    parameters: { room: 'lobby' },
    reconnect: { baseMs: 1, maxMs: 10 },
    onStatus: (status) => void statuses.push(status),
    onError: (error) => void errors.push(error),
    ...options,
  });
  onTestFinished(() => client[Symbol.asyncDispose]());
  return {
    client,
    statuses,
    errors,
    reaches: (state, count = 1) =>
      vi.waitFor(
        () => {
          const found = statuses.filter((status) => status.state === state)[count - 1];
          if (found === undefined) throw new Error(`never ${state}: ${JSON.stringify(statuses)}`);
          return found as Extract<ClientStatus, { state: typeof state }>;
        },
        { timeout: 10_000, interval: 5 },
      ),
  };
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<PostedClientError> {
  try {
    await promise;
  } catch (thrown) {
    return thrown as PostedClientError;
  }
  throw new Error('It was not rejected.');
}
