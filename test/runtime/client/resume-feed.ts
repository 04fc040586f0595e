import type { IncomingMessage } from 'node:http';
import { onTestFinished, vi } from 'vitest';
import type { WebSocket } from 'ws';
import {
  type PostFeedPostedClient,
  type PostFeedPostedTypes,
  postFeedPosted,
} from '../../../generated/asyncapi/client.ts';
import type { PostMessage, ResetMessage, ResetReason } from '../../../generated/asyncapi/models.ts';
import type {
  ClientStatus,
  Connect,
  ConnectOptions,
  PostedClientError,
} from '../../../src/runtime/client/index.ts';
import { connect as connectNode } from '../../../src/runtime/client/node.ts';
import { addHandlers, type HandlersOf, recordStatuses } from './open-chat.ts';

/** The cursor of the event with this sequence number. */
export const cursor = (seq: number): string => String(seq).padStart(30, '0');

const frame = (message: object): string => JSON.stringify(message);

/** Frames of a resumable server. */
export const frames = {
  ready: (seq: number, window = 256, heartbeatMs?: number) =>
    frame({ type: 'ready', cursor: cursor(seq), resumed: seq > 0, window, heartbeatMs }),
  post: (seq: number, text = String(seq)) => frame({ ...postOf(text), cursor: cursor(seq) }),
  plainPost: (text: string) => frame(postOf(text)),
  checkpoint: (seq: number) => frame({ type: 'checkpoint', cursor: cursor(seq) }),
  reset: (seq: number, reason: ResetReason = 'expired') =>
    frame({ type: 'reset', reason, cursor: cursor(seq) }),
  alive: () => frame({ type: 'alive', staleMs: 0 }),
  bye: (retryAfterMs: number) => frame({ type: 'bye', retryAfterMs }),
};

function postOf(postText: string): PostMessage {
  const payload = {
    postId: '1d535fd6-7521-4cb1-aa6d-031be7123c4d',
    postText,
    author_user_id: '7b1f0f54-65a7-4c1e-9a36-0c5c1f3f8a11',
  };
  return { type: 'post', payload };
}

/** The `since` of each handshake: a sequence number, a keyword, or null. */
export function sinceOf(handshakes: readonly IncomingMessage[]): readonly (number | string | null)[] {
  return handshakes.map(({ url = '' }) => {
    const since = new URL(url, 'ws://localhost').searchParams.get('since');
    return since !== null && /^\d{30}$/.test(since) ? Number(since) : since;
  });
}

/** The window that each handshake states. */
export function windowOf(handshakes: readonly IncomingMessage[]): readonly (string | null)[] {
  return valuesOf(handshakes, 'window');
}

/** The number of the attempt that each handshake states, with the client's name. */
export function instanceOf(handshakes: readonly IncomingMessage[]): readonly (InstanceParts | null)[] {
  return valuesOf(handshakes, 'instance').map((instance) => {
    const [, name = '', attempt] = /^([A-Za-z0-9_-]{20,64})\.([0-9]{1,9})$/.exec(instance ?? '') ?? [];
    return instance === null ? null : { name, attempt: Number(attempt) };
  });
}

interface InstanceParts {
  readonly name: string;
  readonly attempt: number;
}

function valuesOf(handshakes: readonly IncomingMessage[], parameter: string): readonly (string | null)[] {
  return handshakes.map(({ url = '' }) => new URL(url, 'ws://localhost').searchParams.get(parameter));
}

/** Collects the sequence numbers that a connection acknowledges from now on. */
export function acksOf(connection: WebSocket): readonly number[] {
  const acks: number[] = [];
  connection.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as { readonly type: string; readonly cursor: string };
    acks.push(message.type === 'ack' ? Number(message.cursor) : Number.NaN);
  });
  return acks;
}

export interface OpenedFeed {
  readonly client: PostFeedPostedClient;
  /** What the application received, in order: the texts of posts and the reasons of resets. */
  readonly delivered: string[];
  readonly statuses: readonly ClientStatus[];
  readonly errors: readonly PostedClientError[];
  readonly waits: (count: number) => Promise<Extract<ClientStatus, { state: 'waiting' }>>;
}

export type FeedOptions = Omit<
  Partial<ConnectOptions<PostFeedPostedTypes>>,
  'url' | 'server' | 'variables'
> & {
  readonly on?: HandlersOf<PostFeedPostedClient>;
};

/** A feed client with a short back-off. With `on: 'none'` it has no handlers. */
export function openFeed(
  url: string,
  { on: handlers, ...options }: FeedOptions = {},
  on: 'post' | 'none' = 'post',
  connect: Connect = connectNode,
): OpenedFeed {
  const delivered: string[] = [];
  const errors: PostedClientError[] = [];
  const client = connect(postFeedPosted, {
    url,
    auth: 'token',
    reconnect: { baseMs: 1, maxMs: 10 },
    onError: (error) => void errors.push(error),
    onReset: ({ reason }: ResetMessage) => void delivered.push(reason),
    ...options,
  });
  onTestFinished(() => client[Symbol.asyncDispose]());
  const statuses = recordStatuses(client);
  if (handlers !== undefined) addHandlers(client, handlers);
  else if (on === 'post') client.on.post(({ payload }) => void delivered.push(payload.postText));
  return {
    client,
    delivered,
    statuses,
    errors,
    waits: (count) =>
      vi.waitFor(
        () => {
          const found = statuses.filter((status) => status.state === 'waiting')[count - 1];
          if (found === undefined) throw new Error(`not waiting: ${JSON.stringify(statuses)}`);
          return found;
        },
        { timeout: 10_000, interval: 5 },
      ),
  };
}
