/** What a call passes to an operation. Generated types say which parts it has. */
export interface RestRequest {
  readonly params?: object;
  readonly query?: object;
  readonly headers?: object;
  readonly cookies?: object;
  readonly body?: unknown;
  /** The files of a multipart form. */
  readonly files?: object;
  /** Which of several content types the body has. */
  readonly contentType?: string;
}

/** Writes the parts of a request. */
export interface RequestWriter {
  query(values: object): string;
  /** A value in a path; '' if it has no text. */
  segment(name: string, value: unknown): string;
  /** Without absent ones. */
  headers(values: object, request: RestRequest): Readonly<Record<string, string>>;
  /** Without a type, it is that of the contract; with '', `fetch` chooses it. */
  body(request: RestRequest): { readonly content: BodyInit | undefined; readonly type?: string };
}
