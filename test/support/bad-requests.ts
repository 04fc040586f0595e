/** Requests with a valid token that the server must refuse, each with the exact response. */

const unknownId = '00000000-0000-4000-8000-000000000000';
const anyCaseUuid = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$';
export const aMegabyte = 'x'.repeat(1_048_576);

export interface BadRequest {
  readonly title: string;
  readonly method?: string;
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const createPost = { method: 'POST', path: '/post/create' };
const invalid = { status: 400, code: 'invalid_request' };

export const badRequests: readonly BadRequest[] = [
  {
    title: 'malformed JSON',
    ...createPost,
    body: '{"text":',
    ...invalid,
    message: 'The text is not valid JSON.',
  },
  {
    title: 'no body',
    ...createPost,
    ...invalid,
    message: 'The body is missing: this operation expects JSON.',
  },
  {
    title: 'a body that is not an object',
    ...createPost,
    body: '"hello"',
    ...invalid,
    message: 'body must be object',
  },
  {
    title: 'a wrong type',
    ...createPost,
    body: '{"text":42}',
    ...invalid,
    message: 'body /text must be string',
  },
  {
    title: 'a missing field',
    ...createPost,
    body: '{}',
    ...invalid,
    message: "body must have required property 'text'",
  },
  {
    title: 'an unknown field',
    ...createPost,
    body: '{"text":"hello","mood":"sour"}',
    ...invalid,
    message: 'body must NOT have additional properties: unknown property "mood"',
  },
  {
    title: 'an empty text',
    ...createPost,
    body: '{"text":""}',
    ...invalid,
    message: 'body /text must NOT have fewer than 1 characters',
  },
  {
    title: 'a text that is too long for a post',
    ...createPost,
    body: JSON.stringify({ text: 'x'.repeat(10_001) }),
    ...invalid,
    message: 'body /text must NOT have more than 10000 characters',
  },
  {
    title: 'a text of 1 MB',
    ...createPost,
    body: JSON.stringify({ text: aMegabyte }),
    status: 413,
    code: 'too_large',
    message: 'The body must not be larger than 131072 bytes.',
  },
  {
    title: 'bad UTF-8',
    ...createPost,
    body: new Uint8Array([...Buffer.from('{"text":"'), 0xc3, 0x28, ...Buffer.from('"}')]),
    ...invalid,
    message: 'The text is not valid UTF-8.',
  },
  {
    title: 'a lone surrogate',
    ...createPost,
    body: '{"text":"\\ud83d"}',
    ...invalid,
    message: '/text must not contain a lone surrogate.',
  },
  {
    title: 'U+0000',
    ...createPost,
    body: '{"text":"a\\u0000b"}',
    ...invalid,
    message: 'body /text must match pattern "^[^\\u0000]*$"',
  },
  {
    title: 'an Idempotency-Key that is too long',
    ...createPost,
    body: '{"text":"hello"}',
    headers: { 'Idempotency-Key': 'x'.repeat(256) },
    ...invalid,
    message: 'header /Idempotency-Key must NOT have more than 255 characters',
  },
  {
    title: 'a malformed uuid',
    path: '/post/get/1',
    ...invalid,
    message: `path /id must match pattern "${anyCaseUuid}"`,
  },
  {
    title: 'a uuid as a URN',
    path: `/post/get/urn:uuid:${unknownId}`,
    ...invalid,
    message: `path /id must match pattern "${anyCaseUuid}"`,
  },
  {
    title: 'an unknown post',
    path: `/post/get/${unknownId}`,
    status: 404,
    code: 'not_found',
    message: 'There is no post with this id.',
  },
  {
    title: 'an unknown user',
    path: `/user/get/${unknownId}`,
    status: 404,
    code: 'not_found',
    message: 'There is no user with this id.',
  },
  {
    title: 'an unknown friend',
    method: 'PUT',
    path: `/friend/set/${unknownId}`,
    status: 404,
    code: 'not_found',
    message: 'There is no user with this id.',
  },
  {
    title: "another user's post",
    method: 'PUT',
    path: `/post/delete/${unknownId}`,
    status: 404,
    code: 'not_found',
    message: 'You have no post with this id.',
  },
  {
    title: 'a query parameter that is out of range',
    path: '/post/feed?limit=0',
    ...invalid,
    message: 'query /limit must be >= 1',
  },
  {
    title: 'a query parameter that is not a number',
    path: '/post/feed?limit=ten',
    ...invalid,
    message: 'query /limit must be integer',
  },
  {
    title: 'an unknown query parameter',
    path: '/post/feed?limits=10',
    ...invalid,
    message: 'query must NOT have additional properties: unknown property "limits"',
  },
  {
    title: 'an unknown path',
    path: '/post',
    status: 404,
    code: 'not_found',
    message: 'There is nothing at this path.',
  },
  {
    title: 'a wrong method',
    method: 'DELETE',
    path: '/post/create',
    status: 405,
    code: 'method_not_allowed',
    message: 'This path accepts only POST.',
  },
];
