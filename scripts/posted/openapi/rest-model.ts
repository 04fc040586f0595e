/** An OpenAPI contract as plain data for rendering. Names are the contract's own, unchanged. */
import type { LimitModel } from '../contract/limits.ts';
import type { SchemaUse } from '../schemas/schema-set.ts';
import type { ContractTitle } from '../source/preamble.ts';
import type { ParameterFormatModel, ParameterFormatsModel } from './parameter-format.ts';

/** What code is generated for: a server, and possibly its clients, or only clients. */
export type OpenapiUse = 'server' | 'client';

export interface RestModel extends ContractTitle {
  /** The URL of the first server; null if it is not complete. */
  readonly url: string | null;
  /** By name, those that an operation names. */
  readonly securitySchemes: ReadonlyMap<string, SecuritySchemeModel>;
  readonly operations: readonly RestOperationModel[];
}

export interface SecuritySchemeModel {
  readonly kind: 'bearer' | 'basic' | 'header' | 'query' | 'cookie';
  /** The name of the header, the query parameter or the cookie; null if the kind implies it. */
  readonly parameter: string | null;
}

export interface RestOperationModel {
  readonly operationId: string;
  /** In uppercase. */
  readonly method: string;
  readonly path: string;
  /** The URL of its own server; null if it is that of the document. */
  readonly url: string | null;
  readonly summary: string;
  readonly description: string;
  /** Names of security schemes. One suffices; those of a list only together. */
  readonly security: readonly (string | readonly string[])[];
  /** Whether it also works without credentials. */
  readonly isOpen: boolean;
  /** By name of the security scheme. */
  readonly scopes: ReadonlyMap<string, readonly string[]>;
  readonly pathParameters: SchemaUse | null;
  readonly query: SchemaUse | null;
  readonly headers: SchemaUse | null;
  readonly cookies: SchemaUse | null;
  readonly headerNames: readonly string[];
  readonly formats: ParameterFormatsModel;
  /** Parameters of the query and headers that clients may leave out, although their type requires them. */
  readonly filledIn: { readonly query: readonly string[]; readonly headers: readonly string[] };
  /** Whether a client must pass these parts of a request. */
  readonly required: {
    readonly query: boolean;
    readonly headers: boolean;
    readonly cookies: boolean;
    readonly body: boolean;
  };
  /** The header by which a server recognizes a repeated request; null if the operation has none. */
  readonly idempotencyKey: string | null;
  /** The bodies that it takes. A client sends the first unless it is told otherwise. */
  readonly contents: readonly BodyModel[];
  readonly responses: readonly ResponseModel[];
  /** The headers of a successful response; null if it has none. */
  readonly responseHeaders: SchemaUse | null;
  readonly responseHeaderNames: readonly string[];
  /** What their text becomes, by name. */
  readonly responseHeaderTypes: ReadonlyMap<string, HeaderType>;
  readonly limits: readonly LimitModel[];
}

/** A body of a request, by its content type. */
export interface BodyModel {
  /** A media type or a range, such as `image/*`. */
  readonly contentType: string;
  readonly kind: 'json' | 'form' | 'multipart' | 'text' | 'binary';
  /** JSON, or the fields of a form; null for text, bytes and forms of files alone. */
  readonly use: SchemaUse | null;
  readonly formats: ReadonlyMap<string, ParameterFormatModel>;
  /** The files of a multipart form. */
  readonly files: readonly FileModel[];
  /** Whether a client must pass the fields of a form. */
  readonly hasRequiredFields: boolean;
}

export interface FileModel {
  readonly name: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
}

/** The successful responses: without any of their own, `default`, or else redirects. */
export function successesOf(responses: readonly ResponseModel[]): readonly ResponseModel[] {
  const own = responses.filter(({ status }) => status.startsWith('2'));
  if (own.length > 0) return own;
  return responses.filter(({ status }) => status === 'default' || status.startsWith('3'));
}

export function failuresOf(responses: readonly ResponseModel[]): readonly ResponseModel[] {
  return responses.filter(({ status }) => !status.startsWith('2'));
}

/** What clients check of a response: for an error with required members, their names. */
type CheckedContent = ResponseModel['content'] | 'stream' | readonly string[];

/** What clients check of responses, by status, without errors that are the same as `default`. */
export function contentsOf(responses: readonly ResponseModel[]): ReadonlyMap<string, CheckedContent> {
  const contents = responses.map(({ status, content, contentType, required }): [string, CheckedContent] => {
    const checked = content === 'binary' && isStream(contentType) ? 'stream' : content;
    return [status, status.startsWith('2') || required.length === 0 ? checked : required];
  });
  const other = JSON.stringify(contents.find(([status]) => status === 'default')?.[1]);
  return new Map(
    contents.filter(
      ([status, content]) =>
        status === 'default' || status.startsWith('2') || JSON.stringify(content) !== other,
    ),
  );
}

/** Whether clients get the content as it comes. */
export function isStream(contentType: string | null): boolean {
  return /^(?:text\/event-stream|application\/(?:x-ndjson|jsonl|x-jsonlines|json-seq|stream\+json))/i.test(
    contentType ?? '',
  );
}

export type HeaderType = 'string' | 'number' | 'boolean';

export interface ResponseModel {
  /** `200`, `2XX`; or `default`, for those that have no response of their own. */
  readonly status: string;
  readonly content: 'json' | 'text' | 'binary' | 'none';
  /** A media type or a range; null without content. */
  readonly contentType: string | null;
  /** The names that every value of the body has, if it is an object. */
  readonly required: readonly string[];
  /** Null if the content is not JSON. */
  readonly body: SchemaUse | null;
}
