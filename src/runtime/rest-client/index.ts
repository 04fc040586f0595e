/** The REST client of any generated OpenAPI contract, for browsers, Node, Deno and Bun. */
export { type TokenRequest, type TokenSource, tokenSource } from '../shared/token-source.ts';
export { restClient } from './rest-client.ts';
export {
  isErrorOf,
  type Operation,
  type Optional,
  type ResponseContent,
  type RestContract,
  type RestOperation,
  type RestSecurityScheme,
} from './rest-contract.ts';
export { type Refusal, RestError, type RestErrorCode } from './rest-error.ts';
export type { CallOptions, RestFailure, RestOptions, RetryOptions } from './rest-options.ts';
