import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { operations as generated } from '../../../generated/openapi/operations.ts';
import { badTokens } from '../../support/bad-tokens.ts';
import { deref, entries, escapePointer, type Json, openapi, violationOf } from '../../support/contracts.ts';
import { type Answer, registerUser, request, shareFeed, type TestUser } from '../../support/feed-server.ts';
import { signToken } from '../../support/tokens.ts';

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly pointer: string;
  readonly definition: Json;
}

const operations: readonly Operation[] = entries(openapi.paths).flatMap(([path, methods]) =>
  entries(methods).map(([method, definition]) => ({
    id: String(definition.operationId),
    method: method.toUpperCase(),
    path,
    pointer: `/paths/${escapePointer(path)}/${method}`,
    definition,
  })),
);

interface Situation {
  readonly url: string;
  readonly ada: TestUser;
  readonly bob: TestUser;
  readonly postId: string;
  /** Ada's, on that post. */
  readonly commentId: string;
}

interface Call {
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

const password = 'correct horse battery staple';
const unknown = '00000000-0000-4000-8000-000000000000';

/** For each operation, a call for each status that a caller can cause. The test of a new operation fails until it is added here. */
const calls: Readonly<Record<string, Readonly<Record<number, (situation: Situation) => Call>>>> = {
  login: {
    200: ({ ada }) => ({ body: { id: ada.id, password } }),
    400: () => ({ body: { id: 'ada', password } }),
    401: ({ ada }) => ({ body: { id: ada.id, password: 'wrong' } }),
    404: () => ({ body: { id: unknown, password } }),
  },
  createTicket: {
    200: () => ({}),
  },
  logout: {
    200: () => ({}),
  },
  changePassword: {
    200: () => ({ body: { old_password: password, password } }),
    400: () => ({ body: { old_password: password } }),
    404: () => ({
      body: { old_password: password, password },
      headers: { Authorization: `Bearer ${signToken(unknown)}` },
    }),
  },
  registerUser: {
    200: () => ({
      body: {
        first_name: 'Ada',
        second_name: 'Lovelace',
        birthdate: '1815-12-10',
        biography: 'Notes',
        city: 'London',
        password,
      },
    }),
    400: () => ({ body: { first_name: 'Ada', second_name: 'Lovelace', password, birthdate: '1815-02-30' } }),
  },
  getUser: {
    200: ({ ada }) => ({ path: `/user/get/${ada.id}` }),
    400: () => ({ path: '/user/get/ada' }),
    404: () => ({ path: `/user/get/${unknown}` }),
  },
  searchUsers: {
    200: () => ({ path: '/user/search?first_name=A&last_name=Love' }),
    400: () => ({ path: '/user/search?first_name=A' }),
    404: () => ({ path: `/user/search?first_name=A&last_name=L&after=${unknown}` }),
  },
  setFriend: {
    200: ({ bob }) => ({ path: `/friend/set/${bob.id}` }),
    400: ({ ada }) => ({ path: `/friend/set/${ada.id}` }),
    404: () => ({ path: `/friend/set/${unknown}` }),
  },
  deleteFriend: {
    200: ({ bob }) => ({ path: `/friend/delete/${bob.id}` }),
    400: () => ({ path: '/friend/delete/bob' }),
    404: () => ({ path: `/friend/delete/${unknown}` }),
  },
  createPost: {
    200: () => ({ body: { text: 'hello' }, headers: { 'Idempotency-Key': randomUUID() } }),
    400: () => ({ body: { text: '' } }),
  },
  updatePost: {
    200: ({ postId }) => ({ body: { id: postId, text: 'changed' } }),
    400: ({ postId }) => ({ body: { id: postId } }),
    404: () => ({ body: { id: unknown, text: 'changed' } }),
  },
  deletePost: {
    200: ({ postId }) => ({ path: `/post/delete/${postId}` }),
    400: () => ({ path: '/post/delete/1' }),
    404: () => ({ path: `/post/delete/${unknown}` }),
  },
  getPost: {
    200: ({ postId }) => ({ path: `/post/get/${postId}` }),
    400: () => ({ path: '/post/get/1' }),
    404: () => ({ path: `/post/get/${unknown}` }),
  },
  getFeed: {
    200: () => ({ path: '/post/feed?offset=0&limit=2' }),
    400: () => ({ path: '/post/feed?limit=0' }),
  },
  likePost: {
    200: ({ postId }) => ({ path: `/post/like/${postId}` }),
    400: () => ({ path: '/post/like/1' }),
    404: () => ({ path: `/post/like/${unknown}` }),
  },
  unlikePost: {
    200: ({ postId }) => ({ path: `/post/unlike/${postId}` }),
    400: () => ({ path: '/post/unlike/1' }),
    404: () => ({ path: `/post/unlike/${unknown}` }),
  },
  getLikes: {
    200: ({ postId }) => ({ path: `/post/likes/${postId}` }),
    400: ({ postId }) => ({ path: `/post/likes/${postId}?after=0` }),
    404: () => ({ path: `/post/likes/${unknown}` }),
  },
  createComment: {
    200: ({ postId: post_id }) => ({
      body: { post_id, text: 'hello' },
      headers: { 'Idempotency-Key': randomUUID() },
    }),
    400: ({ postId: post_id }) => ({ body: { post_id, text: '' } }),
    404: () => ({ body: { post_id: unknown, text: 'hello' } }),
  },
  deleteComment: {
    200: ({ commentId }) => ({ path: `/comment/delete/${commentId}` }),
    400: () => ({ path: '/comment/delete/1' }),
    404: () => ({ path: `/comment/delete/${unknown}` }),
  },
  listComments: {
    200: ({ postId }) => ({ path: `/comment/list/${postId}?limit=1` }),
    400: ({ postId }) => ({ path: `/comment/list/${postId}?limit=1001` }),
    404: () => ({ path: `/comment/list/${unknown}` }),
  },
};

const feed = shareFeed();

/** Users of their own for each call. */
async function situate(): Promise<Situation> {
  const { url } = feed();
  const [ada, bob] = await Promise.all([registerUser(url), registerUser(url)]);
  await ada.befriend(bob);
  await bob.post('from a friend');
  const { body: postId } = await ada.post('first');
  await bob.like(postId);
  const { body: commentId } = await ada.comment(postId, 'a comment');
  return { url, ada, bob, postId: String(postId), commentId: String(commentId) };
}

function isSecured({ definition }: Operation): boolean {
  return ((definition.security ?? openapi.security) as readonly Json[]).length > 0;
}

/** How a response breaks the contract in its status, content type or body; null if it does not. */
function problemOf({ definition, pointer }: Operation, { status, headers, body }: Answer): string | null {
  const response = (definition.responses as Json)[status] as Json | undefined;
  if (response === undefined) return `the contract does not declare ${status}`;
  const { content } = deref(openapi, response);
  if (content === undefined) return body === undefined ? null : 'the contract does not declare a body';
  if (!headers.get('content-type')?.startsWith('application/json')) return 'the body is not declared as JSON';
  const base = typeof response.$ref === 'string' ? response.$ref.slice(1) : `${pointer}/responses/${status}`;
  return violationOf('openapi', `${base}/content/application~1json/schema`, body);
}

async function perform(
  operation: Operation,
  situation: Situation,
  call: Call,
  token?: string,
): Promise<Answer> {
  const path = call.path ?? operation.path.replaceAll(/\{[^}]+\}/g, unknown);
  return await request(situation.url, operation.method, path, {
    body: call.body,
    ...(call.headers === undefined ? {} : { headers: call.headers }),
    ...(token === undefined ? {} : { token }),
  });
}

describe('openapi.yaml', () => {
  it('matches the generated table of operations', () => {
    const fromContract = operations.map((operation) => [
      operation.id,
      operation.method,
      operation.path,
      isSecured(operation),
    ]);
    const fromTable = Object.values(generated).map(({ operationId, method, path, security }) => [
      operationId,
      method,
      path,
      security.length > 0,
    ]);
    expect(new Set(fromTable)).toEqual(new Set(fromContract));
  });

  it.each(operations)('matches the responses of $id', async (operation) => {
    const own = calls[operation.id];
    if (own === undefined) throw new Error('there are no calls for this operation');
    const declared = Object.keys(operation.definition.responses as Json).map(Number);
    const { parameters, requestBody } = operation.definition;
    // Without any input, only a request that is not valid HTTP gets 400.
    const invalid = parameters === undefined && requestBody === undefined ? [] : [400];
    const reachable = declared.filter((status) => [200, ...invalid, 404].includes(status));
    expect(Object.keys(own).map(Number)).toEqual(expect.arrayContaining(reachable));
    for (const [status, makeCall] of Object.entries(own)) {
      const situation = await situate();
      const answer = await perform(operation, situation, makeCall(situation), situation.ada.token);
      expect(answer.status, JSON.stringify(answer.body)).toBe(Number(status));
      expect(problemOf(operation, answer)).toBeNull();
      expect(answer.headers.get('x-request-id')).not.toBeNull();
    }
  });

  it.each(operations.filter(({ definition }) => definition.requestBody !== undefined))(
    'matches the responses of $id to a body that is too large or not JSON',
    async (operation) => {
      const situation = await situate();
      const large = await perform(
        operation,
        situation,
        { body: { text: 'x'.repeat(1_048_576) } },
        situation.ada.token,
      );
      expect([large.status, problemOf(operation, large)]).toEqual([413, null]);
      const headers = { 'Content-Type': 'text/plain' };
      const plain = await perform(operation, situation, { body: {}, headers }, situation.ada.token);
      expect([plain.status, problemOf(operation, plain)]).toEqual([415, null]);
    },
  );

  it.each(operations.filter(isSecured))('requires a valid token for $id', async (operation) => {
    const situation = await situate();
    const call = calls[operation.id]?.[200]?.(situation) ?? {};
    const missing = await perform(operation, situation, call);
    expect([missing.status, missing.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    for (const [name, token] of Object.entries(badTokens(situation.ada.id))) {
      const answer = await perform(operation, situation, call, token);
      expect([name, answer.status, problemOf(operation, answer)]).toEqual([name, 401, null]);
      expect(JSON.stringify(answer.body), name).not.toContain(token);
    }
    expect((await perform(operation, situation, call, situation.ada.token)).status).toBe(200);
  });

  it.each(operations.filter((operation) => !isSecured(operation)))(
    'allows $id without a token',
    async (operation) => {
      const situation = await situate();
      const call = calls[operation.id]?.[200]?.(situation) ?? {};
      expect((await perform(operation, situation, call)).status).toBe(200);
    },
  );

  it('has valid examples', () => {
    const { schemas } = openapi.components as Json;
    const examples = entries(schemas).flatMap(([name, schema]) =>
      ((schema.examples ?? []) as readonly unknown[]).map((example) => ({ name, example })),
    );
    expect(examples.length).toBeGreaterThan(0);
    for (const { name, example } of examples) {
      expect(violationOf('openapi', `/components/schemas/${name}`, example), name).toBeNull();
    }
  });
});
