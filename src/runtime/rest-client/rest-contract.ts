/** What generated code tells the REST client about a contract. Only types, and as little as the client needs. */
import { RestError } from './rest-error.ts';
import type { ValueFormats } from './write-values.ts';

declare const failureOf: unique symbol;
declare const typesOf: unique symbol;

/**
 * An operation of the contract. It resolves with the body of the response, or with `headers` and `body` if the contract
 * describes headers, and rejects with a RestError, or with the reason of an aborted `signal`.
 */
export interface Operation<Args extends readonly unknown[], Result, Failure extends RestError> {
  (...args: Args): Promise<Result>;
  readonly operationId: string;
  /** Exists only as a type. */
  readonly [failureOf]?: Failure;
}

/** Whether an error is an answer of the operation that its contract describes. */
export function isErrorOf<Failure extends RestError>(
  operation: { readonly operationId: string; readonly [failureOf]?: Failure },
  thrown: unknown,
): thrown is Failure {
  return (
    thrown instanceof RestError && thrown.code === 'refused' && thrown.operation === operation.operationId
  );
}

/** Parameters of which the client may leave out some: those with a default, and an idempotency key. */
export type Optional<Parameters, Names extends keyof Parameters> = Omit<Parameters, Names> &
  Partial<Pick<Parameters, Names>>;

/** How a security scheme's credential is sent. */
export interface RestSecurityScheme {
  readonly kind: 'bearer' | 'basic' | 'header' | 'query' | 'cookie';
  /** The name of the header, the query parameter or the cookie of an API key. */
  readonly parameter?: string;
}

/**
 * What the content of a response is. The names are those that a JSON object must have: an error of a proxy may be JSON
 * with the same status.
 */
export type ResponseContent = 'json' | 'text' | 'binary' | 'stream' | 'none' | readonly string[];

export interface RestOperation {
  readonly method: string;
  readonly path: string;
  /** Its own server, if it is not that of the contract. */
  readonly url?: string;
  /** The names of security schemes. One suffices; those of a list only together. */
  readonly security?: readonly (string | readonly string[])[];
  /** Whether the operation also works without credentials. */
  readonly isOpen?: boolean;
  /** The header of the idempotency key, which makes it safe to send a request again. */
  readonly idempotencyKey?: string;
  /** The content type of the body. Default: application/json. */
  readonly contentType?: string;
  /** By part of the request: the values that are not written in the default style. */
  readonly formats?: Readonly<
    Partial<Record<'params' | 'query' | 'headers' | 'cookies' | 'body', ValueFormats>>
  >;
  /** By status: `200`, `4XX` or `default`. */
  readonly responses: Readonly<Record<string, ResponseContent>>;
  /** The headers of a successful response that the operation returns, with the type of their value. */
  readonly responseHeaders?: Readonly<Record<string, 'string' | 'number' | 'boolean'>>;
}

/** A contract with the type of its client, and the kinds of its security schemes by name. */
export interface RestContract<Api, Schemes> {
  /** The contract's first server; undefined if its URL is not complete. */
  readonly url?: string;
  readonly security: Readonly<Record<string, RestSecurityScheme>>;
  readonly operations: Readonly<Record<string, RestOperation>>;
  readonly [typesOf]?: readonly [Api, Schemes];
}
