/** An OpenAPI contract as plain data for rendering. Names are the contract's own, unchanged. */
import type { LimitModel } from '../contract/limits.ts';
import type { SchemaUse } from '../schemas/schema-set.ts';
import type { ContractTitle } from '../source/preamble.ts';

export interface RestModel extends ContractTitle {
  readonly operations: readonly RestOperationModel[];
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
  readonly pathParameters: SchemaUse | null;
  readonly query: SchemaUse | null;
  readonly headers: SchemaUse | null;
  readonly headerNames: readonly string[];
  readonly body: SchemaUse | null;
  readonly responses: readonly ResponseModel[];
  /** The headers of the 200 response; null if it has none. */
  readonly responseHeaders: SchemaUse | null;
  readonly responseHeaderNames: readonly string[];
  readonly limits: readonly LimitModel[];
}

export interface ResponseModel {
  /** Or `default`, for the errors that have no response of their own. */
  readonly status: string;
  /** Null if the response has no content. */
  readonly body: SchemaUse | null;
}
