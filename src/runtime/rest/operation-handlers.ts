/**
 * The form of generated operations, named as in OpenAPI 3.1, and the types of the handlers and security hooks that
 * serve them.
 */
import type { ApiKeyCredentials, BasicCredentials, BearerCredentials } from '../shared/credentials.ts';
import type { Guard } from '../shared/guard.ts';
import type { Limit } from '../shared/limits/limit.ts';
import type { ParameterFormats } from './parameter-format.ts';

export interface OperationDescriptor {
  readonly operationId: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH' | 'QUERY';
  /** With OpenAPI's path templating: `/user/get/{id}`. */
  readonly path: string;
  /** The names of security schemes, any of which suffices; those of a list only together. Empty: open to everyone. */
  readonly security: readonly (string | readonly string[])[];
  /** Whether it also works without credentials. */
  readonly isOpen?: boolean;
  /** Where the credentials of its schemes are, by name. Default: a bearer token. */
  readonly schemes?: Readonly<Record<string, CredentialSource>>;
  /** The scopes that it requires, by scheme. */
  readonly scopes?: Readonly<Record<string, readonly string[]>>;
  readonly pathParameters: Guard<object> | undefined;
  readonly query: Guard<object> | undefined;
  /** Checks an object of headers, by their names as the contract spells them. */
  readonly headers: Guard<object> | undefined;
  /** The names of the headers that `headers` checks. */
  readonly headerNames: readonly string[];
  readonly cookies?: Guard<object>;
  /** How the values of parameters are written that are not single values. */
  readonly formats?: ParameterFormats;
  /** Checks a body of JSON. */
  readonly body: Guard<unknown> | undefined;
  /** The bodies that it takes instead of `body`. */
  readonly contents?: readonly BodyContent[];
  readonly isBodyOptional?: boolean;
  /** By status, range such as `4XX`, or `default`. */
  readonly responses: Readonly<Record<number | string, ResponseContent>>;
  /** The content types of responses in JSON that are not `application/json`, by the keys of `responses`. */
  readonly contentTypes?: Readonly<Record<number | string, string>>;
  /** Checks the headers of a successful response that the handler sets, by their names. Absent: it sets none. */
  readonly responseHeaders?: Guard<object>;
  /** The names of the headers that `responseHeaders` checks. */
  readonly responseHeaderNames?: readonly string[];
  /** How often clients may request it: its `x-limits`. */
  readonly limits?: readonly Limit[];
  /** The types of its handler, where the guards do not say them all. Exists only as a type. */
  readonly types?: HandlerTypes;
}

/** The types of the request that a handler takes, and of what it returns. No value has it. */
export type HandlerTypes<Request extends object = object, Result = unknown> =
  | { readonly request: Request; readonly result: Result }
  | undefined;

/** Where the credentials of a security scheme are in a request. */
export type CredentialSource =
  | 'bearer'
  | 'basic'
  | { readonly in: 'header' | 'query' | 'cookie'; readonly name: string };

/** The guard of a response in JSON; `null` without content; the content type of text or bytes. */
export type ResponseContent = Guard<unknown> | null | string;

/** A body of a request, by its content type. */
export interface BodyContent {
  /** A media type or a range, such as `image/*`. */
  readonly type: string;
  readonly kind: 'json' | 'form' | 'multipart' | 'text' | 'binary';
  /** Checks JSON, or the fields of a form. */
  readonly guard?: Guard<unknown>;
  /** How the values of a form's fields are written that are not single values. */
  readonly formats?: ParameterFormats[keyof ParameterFormats];
  /** The files of a multipart form, by name. */
  readonly files?: Readonly<Record<string, FileField>>;
}

/** A field of a multipart form with one file, or with any number of them. */
export interface FileField {
  readonly isList?: boolean;
  readonly isRequired?: boolean;
}

/** What a handler returns for a response of bytes. A stream is sent as it comes. The type of a Blob replaces the contract's. */
export type BinaryContent = Uint8Array | Blob | ReadableStream<Uint8Array>;

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

/** The context of an operation that also works without credentials: then it has no user. */
export interface OptionalCaller<User> extends RequestContext {
  readonly user: User | undefined;
}

/** One handler for each operation. Generated `OperationHandlers<User>` are assignable to it. */
export type HandlersOf<Table extends Operations, User> = {
  readonly [Id in keyof Table]: (
    request: RequestOf<Table[Id]>,
    context: ContextOf<Table[Id], User>,
  ) => ResultOf<Table[Id]>;
};

/** One hook for each security scheme of the operations, which returns the user that the handlers take. */
export type SecurityHooksOf<Table extends Operations, Handlers> = {
  readonly [Scheme in SchemeOf<Table[keyof Table]>]: (
    credentials: CredentialsOf<Table[keyof Table], Scheme>,
  ) => UserOf<Handlers> | Promise<UserOf<Handlers>>;
};

/** The names of the security schemes of an operation. */
export type SchemeOf<Operation extends OperationDescriptor> = Flat<Operation['security'][number]>;

type Flat<Names> = Names extends readonly (infer Name extends string)[] ? Name : Names & string;

/** The credentials of a scheme: those of a bearer token unless an operation says otherwise. */
type CredentialsOf<Operation extends OperationDescriptor, Scheme extends string> = [
  SourceOf<Operation, Scheme>,
] extends [never]
  ? BearerCredentials
  : CredentialsAt<SourceOf<Operation, Scheme>>;

type SourceOf<Operation extends OperationDescriptor, Scheme extends string> = Operation extends {
  readonly schemes: infer Schemes;
}
  ? Scheme extends keyof Schemes
    ? Schemes[Scheme]
    : never
  : never;

type CredentialsAt<Source> = Source extends 'bearer'
  ? BearerCredentials
  : Source extends 'basic'
    ? BasicCredentials
    : ApiKeyCredentials;

export type SecurityHooks = Readonly<Record<string, (credentials: never) => unknown>>;

/**
 * Returns the user whose credentials these are, or throws a PostedError `unauthorized`. Default: those of the schemes
 * `http` `bearer`, `oauth2` and `openIdConnect`.
 */
export type SecurityHook<User = unknown, Credentials = BearerCredentials> = (
  credentials: Credentials,
) => User | Promise<User>;

export type BearerToken = BearerCredentials;

type RequestPart = 'pathParameters' | 'query' | 'headers' | 'body';

type RequestOf<Operation extends OperationDescriptor> = Operation extends {
  readonly types: infer Types;
}
  ? NonNullable<Types> extends { readonly request: infer Request }
    ? Request
    : never
  : {
      readonly [Part in RequestPart as Operation[Part] extends undefined ? never : Part]: Guarded<
        Operation[Part]
      >;
    };

type ContextOf<Operation extends OperationDescriptor, User> = Operation['security'] extends readonly []
  ? RequestContext
  : Operation extends { readonly isOpen: true }
    ? OptionalCaller<User>
    : Caller<User>;

type ResultOf<Operation extends OperationDescriptor> = Operation extends { readonly types: infer Types }
  ? Promise<NonNullable<Types> extends { readonly result: infer Result } ? Result : never>
  : Operation extends { readonly responseHeaders: Guard<infer Headers> }
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
  ? Context extends OptionalCaller<infer User>
    ? Exclude<User, undefined>
    : never
  : never;
