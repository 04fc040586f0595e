import type { Contract } from 'posted/contract';
import {
  type Connection,
  type ContractTypes,
  PostedError,
  type PublishOptions,
  type Room,
  silentLog,
} from 'posted/server';
import { contract, postFeedPosted } from '../../../../generated/asyncapi/channels.ts';
import type { Types } from '../../../../generated/asyncapi/handlers.ts';
import type { PostPayload } from '../../../../generated/asyncapi/models.ts';
import { type ServeOptions, serve } from '../../../../src/runtime/node/serve.ts';

interface PostsMessages {
  post(content: { readonly payload: PostPayload }, options?: PublishOptions): number;
  bye(content: { readonly retryAfterMs: number }): number;
}

interface PostsTypes extends ContractTypes {
  readonly security: Types['security'];
  readonly channels: {
    readonly postFeedPosted: {
      readonly params: Record<string, never>;
      readonly messages: PostsMessages;
      readonly room: Room & PostsMessages;
    };
  };
  readonly handle: (handlers: {
    readonly postFeedPosted: typeof ignoreAcks & { opened?(connection: Connection): void };
  }) => this['server'];
}

/** Handlers of clients that acknowledge. */
export const ignoreAcks = { receivePostFeedPostedAck() {} };

const { delivery: _delivery, ...plain } = postFeedPosted;
const { title, version } = contract;

/** The feed's contract, whose messages are not durable here. */
const postsContract: Contract<PostsTypes> = { title, version, channels: { postFeedPosted: plain } };

/** The token of a user is its id. */
function userOf(token: string): { readonly id: string } {
  if (/^[a-z]+$/.test(token)) return { id: token };
  throw new PostedError('unauthorized', 'The token is malformed.');
}

export const security = {
  bearerAuth: ({ token }: { readonly token: string }) => userOf(token),
  ticketAuth: ({ key }: { readonly key: string }) => userOf(key),
};

export const feedPath = '/post/feed/posted';

/** An app without any of the feed's services. */
export function servePosts(options: ServeOptions = {}) {
  return serve(postsContract, { log: silentLog, ...options, security });
}

export type PostsApp = ReturnType<typeof servePosts>;

export const aPost = {
  payload: {
    postId: '0198b3a5-3a7c-7000-8000-000000000001',
    postText: 'Hello',
    author_user_id: '0198b3a5-3a7c-7000-8000-000000000002',
  },
};
