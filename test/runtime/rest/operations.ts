import { Ajv } from 'ajv';
import type { BearerToken, HandlersOf, Operations } from '../../../src/runtime/rest/operation-handlers.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import type { Guard } from '../../../src/runtime/shared/guard.ts';

/** A small contract, written by hand in the form of generated contracts. */

const strict = new Ajv();
const fromText = new Ajv({ coerceTypes: true, useDefaults: true });

function guard<Value>(schema: object, ajv = strict): Guard<Value> {
  return ajv.compile<Value>(schema);
}

function object(properties: object, required: readonly string[] = []): object {
  return { type: 'object', additionalProperties: false, required, properties };
}

const text = { type: 'string', minLength: 1, maxLength: 10 };
const isNote = guard<{ readonly text: string }>(object({ text }, ['text']));
const isText = guard<string>(text);
const isId = guard<{ readonly id: string }>(
  object({ id: { type: 'string', maxLength: 8 } }, ['id']),
  fromText,
);

const none = {
  security: [],
  pathParameters: undefined,
  query: undefined,
  headers: undefined,
  headerNames: [],
  body: undefined,
} as const;

export const operations = {
  createNote: {
    ...none,
    operationId: 'createNote',
    method: 'POST',
    path: '/note/create',
    headers: guard<{ readonly 'Idempotency-Key'?: string }>({
      type: 'object',
      properties: { 'Idempotency-Key': { type: 'string', pattern: '^[!-~]+$' } },
    }),
    headerNames: ['Idempotency-Key'],
    body: isNote,
    responses: { 200: isText },
  },
  getNote: {
    ...none,
    operationId: 'getNote',
    method: 'GET',
    path: '/note/get/{id}',
    pathParameters: isId,
    responses: { 200: isNote },
  },
  getFirstNote: {
    ...none,
    operationId: 'getFirstNote',
    method: 'GET',
    path: '/note/get/first',
    responses: { 200: isNote },
  },
  searchNotes: {
    ...none,
    operationId: 'searchNotes',
    method: 'GET',
    path: '/note/search',
    query: guard<{ readonly prefix: string; readonly limit: number }>(
      object({ prefix: text, limit: { type: 'integer', minimum: 1, maximum: 5, default: 3 } }, ['prefix']),
      fromText,
    ),
    responses: { 200: guard<readonly string[]>({ type: 'array', items: text }) },
  },
  listNotes: {
    ...none,
    operationId: 'listNotes',
    method: 'GET',
    path: '/note/list',
    responses: { 200: guard<readonly string[]>({ type: 'array', items: text }) },
    responseHeaders: guard<{ readonly Link?: string; readonly 'X-Total': number }>(
      object({ Link: { type: 'string' }, 'X-Total': { type: 'integer' } }, ['X-Total']),
    ),
    responseHeaderNames: ['Link', 'X-Total'],
  },
  deleteNote: {
    ...none,
    operationId: 'deleteNote',
    method: 'PUT',
    path: '/note/delete/{id}',
    security: ['bearerAuth'],
    pathParameters: isId,
    responses: { 200: null },
  },
} as const satisfies Operations;

export interface Reader {
  readonly id: string;
  readonly name: string;
}

export type NoteHandlers = HandlersOf<typeof operations, Reader>;

export const handlers: NoteHandlers = {
  createNote: async ({ body, headers }) => headers['Idempotency-Key'] ?? body.text,
  getNote: async ({ pathParameters }) => ({ text: pathParameters.id }),
  getFirstNote: async () => ({ text: 'the first' }),
  searchNotes: async ({ query }) => Array.from({ length: query.limit }, () => query.prefix),
  listNotes: async () => ({ headers: { 'X-Total': 2 }, body: ['a', 'b'] }),
  deleteNote: async ({ pathParameters }, { user }) => {
    if (pathParameters.id !== user.name)
      throw new PostedError('forbidden', 'This note belongs to another user.');
  },
};

export const security = {
  bearerAuth: ({ token }: BearerToken): Reader => {
    if (token.startsWith('of.')) return { id: `id of ${token.slice(3)}`, name: token.slice(3) };
    throw new PostedError('unauthorized', 'The token is malformed.');
  },
};
