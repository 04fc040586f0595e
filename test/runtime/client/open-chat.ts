import { onTestFinished, vi } from 'vitest';
import type {
  ChannelTypes,
  ClientBase,
  ClientChannel,
  ClientStatus,
  ConnectOptions,
  PostedClientError,
} from '../../../src/runtime/client/index.ts';
import { connect } from '../../../src/runtime/client/node.ts';
import { type ChatClient, type ChatTypes, chat } from './chat-channel.ts';

/** A client of any channel. */
interface AnyClient extends ClientBase<unknown> {
  readonly on: object;
}

/** Handlers by message, to be added with the `on` of the client. */
export type HandlersOf<Client extends AnyClient> = {
  readonly [Name in keyof Client['on']]?: Client['on'][Name] extends (handler: infer Handler) => unknown
    ? Handler
    : never;
};

interface OpenedClient<Client> {
  readonly client: Client;
  /** All statuses, beginning with the first. */
  readonly statuses: readonly ClientStatus[];
  readonly errors: readonly PostedClientError[];
  /** Resolves with the `count`th status of this state. */
  readonly reaches: <State extends ClientStatus['state']>(
    state: State,
    count?: number,
  ) => Promise<Extract<ClientStatus, { state: State }>>;
}

/** A client with a short back-off that records its statuses and errors. It is closed at the end of the test. */
export function openClient<Client extends AnyClient, Types extends ChannelTypes>(
  channel: ClientChannel<Client, Types>,
  { on = {}, ...options }: NoInfer<ConnectOptions<Types>> & { readonly on?: HandlersOf<NoInfer<Client>> },
): OpenedClient<Client> {
  const errors: PostedClientError[] = [];
  const client = connect<Client, Types>(channel, {
    reconnect: { baseMs: 1, maxMs: 10 },
    onError: (error: PostedClientError) => void errors.push(error),
    ...options,
  } as never);
  onTestFinished(() => client[Symbol.asyncDispose]());
  const statuses = recordStatuses(client);
  addHandlers(client, on as HandlersOf<Client>);
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

/** Records the current status of a client and all later ones. */
export function recordStatuses({ status }: Pick<ClientBase<unknown>, 'status'>): readonly ClientStatus[] {
  const statuses = [status.value];
  status.subscribe((next) => void statuses.push(next));
  return statuses;
}

export function addHandlers<Client extends AnyClient>({ on }: Client, handlers: HandlersOf<Client>): void {
  for (const [name, handler] of Object.entries(handlers)) {
    (on as Readonly<Record<string, (handler: unknown) => void>>)[name]?.(handler);
  }
}

/** A client of a chat room. */
export function openChat(
  url: string,
  options: Omit<Partial<ConnectOptions<ChatTypes>>, 'url' | 'server' | 'variables'> & {
    readonly on?: HandlersOf<ChatClient>;
  } = {},
): OpenedClient<ChatClient> {
  return openClient(chat, { url, auth: 'token', params: { room: 'lobby' }, ...options });
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
