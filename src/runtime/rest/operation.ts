/**
 * What generated code says of a REST contract: plain data that the REST app serves. Names are OpenAPI 3.1's.
 */
import type { Guard } from '../shared/guard.ts';

export interface OperationDescriptor {
  readonly operationId: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';
  /** With OpenAPI's path templating: `/user/get/{id}`. */
  readonly path: string;
  /** Names of security schemes, any of which suffices. Empty: open to everyone. */
  readonly security: readonly string[];
  readonly pathParameters: Guard<object> | undefined;
  readonly query: Guard<object> | undefined;
  /** Header names in the contract's spelling, each with the guard of its object's property. */
  readonly headers: Guard<object> | undefined;
  /** The header names that `headers` knows. */
  readonly headerNames: readonly string[];
  readonly body: Guard<unknown> | undefined;
  /** By status. A response without content has `null`. */
  readonly responses: Readonly<Record<number, Guard<unknown> | null>>;
}
