/** An OpenAPI contract as plain data for rendering. Names are the contract's own, unchanged. */
import type { LimitModel } from '../contract/limits.ts';
import type { SchemaUse } from '../schemas/schema-set.ts';
import type { ContractTitle } from '../source/preamble.ts';

/** What code is generated for: a server, which is stricter about the contract and may have clients too, or only clients. */
export type OpenapiUse = 'server' | 'client';

export interface RestModel extends ContractTitle {
  /** The URL of the first server; null if it is not complete. */
  readonly url: string | null;
  /** By name, those that an operation names. */
  readonly securitySchemes: ReadonlyMap<string, SecuritySchemeModel>;
  readonly operations: readonly RestOperationModel[];
}

export interface SecuritySchemeModel {
  readonly kind: 'bearer' | 'basic' | 'header' | 'query';
  /** The name of the header or the query parameter; null if the kind implies it. */
  readonly parameter: string | null;
}

export interface RestOperationModel {
  readonly operationId: string;
  /** In uppercase. */
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  /** Names of security schemes. One suffices. */
  readonly security: readonly string[];
  /** Whether it also works without credentials. */
  readonly isOpen: boolean;
  readonly pathParameters: SchemaUse | null;
  readonly query: SchemaUse | null;
  readonly headers: SchemaUse | null;
  readonly headerNames: readonly string[];
  /** Parameters of the query and headers that clients may leave out, although their type requires them. */
  readonly filledIn: { readonly query: readonly string[]; readonly headers: readonly string[] };
  /** Whether a client must pass these parts of a request. */
  readonly required: { readonly query: boolean; readonly headers: boolean; readonly body: boolean };
  /** The header by which a server recognizes a repeated request; null if the operation has none. */
  readonly idempotencyKey: string | null;
  readonly body: SchemaUse | null;
  /** The content type of the body that a client sends; null for application/json. */
  readonly contentType: string | null;
  readonly responses: readonly ResponseModel[];
  /** The headers of the 200 response; null if it has none. */
  readonly responseHeaders: SchemaUse | null;
  readonly responseHeaderNames: readonly string[];
  /** What their text becomes, by name. */
  readonly responseHeaderTypes: ReadonlyMap<string, HeaderType>;
  readonly limits: readonly LimitModel[];
}

/** The successful responses: without any of their own, `default`. */
export function successesOf(responses: readonly ResponseModel[]): readonly ResponseModel[] {
  const own = responses.filter(({ status }) => status.startsWith('2'));
  return own.length > 0 ? own : responses.filter(({ status }) => status === 'default');
}

export function failuresOf(responses: readonly ResponseModel[]): readonly ResponseModel[] {
  return responses.filter(({ status }) => !status.startsWith('2'));
}

/** What clients check of a response: for an error with required members, their names. */
type CheckedContent = ResponseModel['content'] | readonly string[];

/** What clients check of responses, by status, without errors that are the same as `default`. */
export function contentsOf(responses: readonly ResponseModel[]): ReadonlyMap<string, CheckedContent> {
  const contents = responses.map(({ status, content, required }): [string, CheckedContent] => [
    status,
    status.startsWith('2') || required.length === 0 ? content : required,
  ]);
  const other = JSON.stringify(contents.find(([status]) => status === 'default')?.[1]);
  return new Map(
    contents.filter(
      ([status, content]) =>
        status === 'default' || status.startsWith('2') || JSON.stringify(content) !== other,
    ),
  );
}

export type HeaderType = 'string' | 'number' | 'boolean';

export interface ResponseModel {
  /** `200`, for clients also `2XX`; or `default`, for those that have no response of their own. */
  readonly status: string;
  readonly content: 'json' | 'text' | 'none';
  /** The names that every value of the body has, if it is an object. */
  readonly required: readonly string[];
  /** Null if the response has no content. */
  readonly body: SchemaUse | null;
}
