import { PostedError, silentLog } from 'posted/server';
import { contract } from '../../../../generated/asyncapi/channels.ts';
import { type ServeOptions, serve } from '../../../../src/runtime/node/serve.ts';

/** The token of a user is its id. */
export const security = {
  bearerAuth: ({ token }: { readonly token: string }) => {
    if (/^[a-z]+$/.test(token)) return { id: token };
    throw new PostedError('unauthorized', 'The token is malformed.');
  },
};

export const feedPath = '/post/feed/posted';

/** An app of the feed's contract, without any of the feed's services. */
export function servePosts(options: ServeOptions = {}) {
  return serve(contract, { log: silentLog, ...options, security });
}

export type PostsApp = ReturnType<typeof servePosts>;

export const aPost = {
  payload: {
    postId: '0198b3a5-3a7c-7000-8000-000000000001',
    postText: 'Hello',
    author_user_id: '0198b3a5-3a7c-7000-8000-000000000002',
  },
};
