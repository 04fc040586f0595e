import { describe, expect, it } from 'vitest';
import { postFeedPosted } from '../../../generated/asyncapi/client.ts';
import { type Api, api, type CreatePostError } from '../../../generated/openapi/client.ts';
import { connect } from '../../../src/runtime/client/node.ts';
import {
  isErrorOf,
  type Operation,
  restClient,
  tokenSource,
} from '../../../src/runtime/rest-client/index.ts';
import { badTokens } from '../../support/bad-tokens.ts';
import { registerUser, request, startFeed } from '../../support/feed-server.ts';
import { losing, startRestServer } from './rest-server.ts';

const retry = { baseMs: 1, maxMs: 10 };

describe('the generated REST client', () => {
  it('publishes one post when the answer to it is lost, where a plain retry publishes two', async () => {
    const { url } = await startFeed();
    const ada = await registerUser(url);
    await using channel = connect(postFeedPosted, { url, auth: ada.token });
    await channel.opened;
    const plain = await startRestServer(losing(url, 1));
    const send = () =>
      request(plain.url, 'POST', '/post/create', { token: ada.token, body: { text: 'plain' } });
    await send().catch(send);
    const proxy = await startRestServer(losing(url, 2));
    const client = restClient(api, { url: proxy.url, auth: ada.token, retry });
    const id = await client.createPost({ body: { text: 'keyed' } });
    expect([plain.requests.length, proxy.requests.length]).toEqual([2, 3]);
    await client.createPost({ body: { text: 'the last' } });
    const received: string[] = [];
    for await (const { type, payload } of channel.messages()) {
      if (type === 'post') received.push(payload.postText);
      if (received.at(-1) === 'the last') break;
    }
    expect(received).toEqual(['plain', 'plain', 'keyed', 'the last']);
    expect(await client.getPost({ params: { id } })).toMatchObject({ id, text: 'keyed' });
  });

  it('calls operations by name, narrows errors, and shares a token with a channel', async () => {
    const { url } = await startFeed();
    const asked: unknown[] = [];
    const user = { first_name: 'Ada', second_name: 'Lovelace', password: 'correct horse' };
    const client: Api = restClient(api, { url, retry, auth: (given) => token(given) });
    const { user_id: id } = await client.registerUser({ body: user });
    const { expired = '' } = badTokens(id);
    const token = tokenSource(async (given) => {
      asked.push(given);
      if (asked.length === 1) return expired;
      return (await client.login({ body: { id, password: user.password } })).token;
    });
    await using channel = connect(postFeedPosted, { url, auth: token, reconnect: { baseMs: 1, maxMs: 10 } });
    const feeds = Array.from({ length: 3 }, () => client.getFeed());
    await Promise.all([channel.opened, ...feeds]);
    expect(asked).toEqual([{}, { stale: expired }]);

    const headers = { 'Idempotency-Key': 'mine' };
    const postId = await client.createPost({ headers, body: { text: 'one' } });
    expect(await client.likePost({ params: { id: postId } })).toBeUndefined();
    const page = await client.getFeed({ query: { limit: 1 } });
    expect(page.headers['Feed-Cursor']).toEqual(expect.any(String));
    const thrown: unknown = await client
      .createPost({ headers, body: { text: 'two' } })
      .catch((error) => error);
    if (!isErrorOf(client.createPost, thrown)) throw thrown;
    const described: CreatePostError = thrown;
    expect([described.status, described.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  it('does not compile with a wrong body, a missing parameter or a status that is text', () => {
    type Request<Of> = Of extends Operation<infer Args, infer _Result, infer _Failure> ? Args[0] : never;
    // @ts-expect-error -- the contract calls it text
    const body: Request<Api['createPost']> = { body: { postText: 'Hello' } };
    // @ts-expect-error -- a user has an id
    const params: Request<Api['getUser']> = { params: {} };
    // @ts-expect-error -- a status is a number
    const status: CreatePostError['status'] = '422';
    expect([body, params, status]).toHaveLength(3);
  });
});
