import type {
  CallOptions,
  Operation,
  Refusal,
  RestContract,
} from '../../../src/runtime/rest-client/index.ts';

interface Problem {
  readonly message: string;
}

type Failure = Refusal<400 | 401 | 503, Problem> | Refusal<409, undefined>;

export interface NotesApi {
  readonly getNote: Operation<
    [request: { readonly params: { readonly id: string }; readonly query?: object }, options?: CallOptions],
    { readonly id: string },
    Failure
  >;
  readonly createNote: Operation<
    [request: { readonly body: object }, options?: CallOptions],
    string,
    Failure
  >;
  readonly createKeyed: Operation<
    [request: { readonly headers?: object; readonly body: object }, options?: CallOptions],
    string,
    Failure
  >;
  readonly login: Operation<[request?: object, options?: CallOptions], { readonly token: string }, Failure>;
  readonly list: Operation<
    [request?: object, options?: CallOptions],
    { readonly headers: { readonly 'X-Total'?: number }; readonly body: readonly string[] },
    never
  >;
  readonly text: Operation<[request?: object, options?: CallOptions], string, never>;
}

const responses = { 200: 'json', 400: 'json', 401: 'json', 409: 'none', 503: ['message'] } as const;

/** A contract as generated code describes it. */
export const notes: RestContract<NotesApi, { readonly token: 'bearer' }> = {
  security: { token: { kind: 'bearer' } },
  operations: {
    getNote: { method: 'GET', path: '/notes/{id}', security: ['token'], responses },
    createNote: { method: 'POST', path: '/notes', responses },
    createKeyed: { method: 'POST', path: '/keyed', idempotencyKey: 'Idempotency-Key', responses },
    login: { method: 'POST', path: '/login', responses },
    list: {
      method: 'GET',
      path: '/notes',
      responses: { '2XX': 'json' },
      responseHeaders: { 'X-Total': 'number' },
    },
    text: { method: 'GET', path: '/text', responses: { default: 'text' } },
  },
};
