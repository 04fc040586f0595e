/**
 * The form of generated operations, named as in OpenAPI 3.1, and the types of the handlers and security hooks that
 * serve them.
 */
import type { Guard } from '../shared/guard.ts';
import type { Limit } from '../shared/limits/limit.ts';

export interface OperationDescriptor {
  readonly operationId: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';
  /** With OpenAPI's path templating: `/user/get/{id}`. */
  readonly path: string;
  /** The names of security schemes, any of which suffices. Empty: open to everyone. */
  readonly security: readonly string[];
  readonly pathParameters: Guard<object> | undefined;
  readonly query: Guard<object> | undefined;
  /** Checks an object of headers, by their names as the contract spells them. */
  readonly headers: Guard<object> | undefined;
  /** The names of the headers that `headers` checks. */
  readonly headerNames: readonly string[];
  readonly body: Guard<unknown> | undefined;
  /** By status. A response without content has `null`. */
  readonly responses: Readonly<Record<number, Guard<unknown> | null>>;
  /** Checks the headers of the 200 response that the handler sets, by their names. Absent: it sets none. */
  readonly responseHeaders?: Guard<object>;
  /** The names of the headers that `responseHeaders` checks. */
  readonly responseHeaderNames?: readonly string[];
  /** How often clients may request it: its `x-limits`. */
  readonly limits?: readonly Limit[];
}

/** A generated table of operations, by operationId. */
export type Operations = Readonly<Record<string, OperationDescriptor>>;

/** What every handler gets besides the request. */
export interface RequestContext {
  /** Also in the log, and in the X-Request-Id header of the response. */
  readonly requestId: string;
  /**
   * The client's address as `trustProxy` determines it, or the /64 of an IPv6 address, since a client has all addresses
   * of its network. Limits per address count by it. '' if the request did not come from a socket.
   */
  readonly network: string;
  /**
   * Aborted, with a PostedError as its reason, once nobody waits for the handler's result: the client has closed the
   * connection, or the time limit has passed. Pass it to work that may be dropped then, such as reads. If the request
   * did not come from a socket, the signal of the Request says whether the client has left.
   */
  readonly signal: AbortSignal;
}

/** The context of an operation with security, whose credentials were checked. */
export interface Caller<User> extends RequestContext {
  readonly user: User;
}

/** One handler for each operation. Generated `OperationHandlers<User>` are assignable to it. */
export type HandlersOf<Table extends Operations, User> = {
  readonly [Id in keyof Table]: (
    request: RequestOf<Table[Id]>,
    context: ContextOf<Table[Id], User>,
  ) => ResultOf<Table[Id]>;
};

/** One hook for each security scheme of the operations, which returns the user that the handlers take. */
export type SecurityHooksOf<Table extends Operations, Handlers> = Readonly<
  Record<Table[keyof Table]['security'][number], SecurityHook<UserOf<Handlers>>>
>;

export type SecurityHooks = Readonly<Record<string, SecurityHook>>;

/** Returns the user whose credentials of scheme `http` `bearer` these are, or throws a PostedError `unauthorized`. */
export type SecurityHook<User = unknown> = (credentials: BearerToken) => User | Promise<User>;

export interface BearerToken {
  readonly token: string;
}

type RequestPart = 'pathParameters' | 'query' | 'headers' | 'body';

type RequestOf<Operation extends OperationDescriptor> = {
  readonly [Part in RequestPart as Operation[Part] extends undefined ? never : Part]: Guarded<
    Operation[Part]
  >;
};

type ContextOf<Operation extends OperationDescriptor, User> = Operation['security'] extends readonly []
  ? RequestContext
  : Caller<User>;

type ResultOf<Operation extends OperationDescriptor> = Operation extends {
  readonly responseHeaders: Guard<infer Headers>;
}
  ? Promise<{ readonly headers: Headers } & BodyOf<SuccessOf<Operation>>>
  : SuccessOf<Operation> extends null
    ? Promise<void>
    : Promise<Guarded<SuccessOf<Operation>>>;

type SuccessOf<Operation extends OperationDescriptor> = Operation['responses'] extends {
  readonly 200: infer Success;
}
  ? Success
  : never;

/** The body of a response beside its headers, if there is one. */
type BodyOf<Success> = Success extends null ? unknown : { readonly body: Guarded<Success> };

type Guarded<G> = G extends Guard<infer Value> ? Value : never;

type UserOf<Handlers> = Handlers[keyof Handlers] extends (request: never, context: infer Context) => unknown
  ? Context extends Caller<infer User>
    ? User
    : never
  : never;
