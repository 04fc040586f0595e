import { onTestFinished, vi } from 'vitest';
import type {
  ChannelTypes,
  Client,
  ClientChannel,
  ClientStatus,
  ConnectOptions,
  PostedClientError,
} from '../../../src/runtime/client/index.ts';
import { connect } from '../../../src/runtime/client/node.ts';
import { type ChatTypes, chat } from './chat-channel.ts';

interface OpenedClient<Types extends ChannelTypes> {
  readonly client: Client<Types>;
  readonly statuses: readonly ClientStatus[];
  readonly errors: readonly PostedClientError[];
  /** Resolves with the `count`th status of this state. */
  readonly reaches: <State extends ClientStatus['state']>(
    state: State,
    count?: number,
  ) => Promise<Extract<ClientStatus, { state: State }>>;
}

/** A client with a short back-off that records its callbacks. It is closed at the end of the test. */
export function openClient<Types extends ChannelTypes>(
  channel: ClientChannel<Types>,
  options: NoInfer<ConnectOptions<Types>>,
): OpenedClient<Types> {
  const statuses: ClientStatus[] = [];
  const errors: PostedClientError[] = [];
  const client = connect<Types>(channel, {
    reconnect: { baseMs: 1, maxMs: 10 },
    onStatus: (status: ClientStatus) => void statuses.push(status),
    onError: (error: PostedClientError) => void errors.push(error),
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

/** A client of a chat room. */
export function openChat(
  url: string,
  options: Omit<Partial<ConnectOptions<ChatTypes>>, 'url' | 'server' | 'variables'> = {},
): OpenedClient<ChatTypes> {
  return openClient(chat, {
    url,
    credentials: { bearerAuth: 'token' },
    parameters: { room: 'lobby' },
    ...options,
  });
}

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<PostedClientError> {
  try {
    await promise;
  } catch (thrown) {
    return thrown as PostedClientError;
  }
  throw new Error('The promise was not rejected.');
}
