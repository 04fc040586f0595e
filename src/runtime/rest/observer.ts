/** What the REST app tells whoever counts. Every label comes from a closed set, never from a client. */
export interface RestObserver {
  /** `operation` is an operationId of the contract, or 'none' where no operation matched. */
  requestCompleted(operation: string, status: number, seconds: number): void;
  /** A request that its contract refused, or a response that never left because it broke its contract. */
  bodyInvalid(operation: string, direction: 'request' | 'response'): void;
}
