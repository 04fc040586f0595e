/** What an OpenAPI contract says, as plain data that is rendered. Names of the contract stand as they are. */
import type { SchemaUse } from '../schemas/schema-set.ts';
import type { ContractTitle } from '../source/preamble.ts';

export interface RestModel extends ContractTitle {
  readonly operations: readonly RestOperationModel[];
}

export interface RestOperationModel {
  readonly operationId: string;
  /** In capitals. */
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  /** Names of security schemes, any one of which suffices. */
  readonly security: readonly string[];
  readonly pathParameters: SchemaUse | null;
  readonly query: SchemaUse | null;
  readonly headers: SchemaUse | null;
  readonly headerNames: readonly string[];
  readonly body: SchemaUse | null;
  readonly responses: readonly ResponseModel[];
}

export interface ResponseModel {
  readonly status: string;
  /** Null for a response without content. */
  readonly body: SchemaUse | null;
}
