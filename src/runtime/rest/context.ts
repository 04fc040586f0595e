/** What every REST handler is told beside the request. */
export interface RequestContext {
  /** Stands in the log and in the header X-Request-Id of the response. */
  readonly requestId: string;
}

/** The same for an operation with security: the credentials were checked. */
export interface Caller<User> extends RequestContext {
  readonly user: User;
}
