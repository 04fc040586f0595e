import type { ServerResponse } from 'node:http';

/** Plain, as they are written. */
export type PlainHeaders = Readonly<Record<string, string>>;

/**
 * A response whose text is known. The server writes it as it is, which saves the stream and the list of
 * headers that the standard's Response is made of: they cost as much as all else that a request takes. To
 * everybody else it is a Response like any other, made when it is first looked into.
 */
export class TextResponse extends Response {
  readonly #text: string;
  readonly #headers: PlainHeaders;
  #whole: Response | null = null;

  constructor(text: string, status: number, headers: PlainHeaders) {
    super(null, { status });
    this.#text = text;
    this.#headers = headers;
  }

  /** Writes the response, unless somebody has looked into it and may have changed it: then it returns false. */
  writeTo(outgoing: ServerResponse): boolean {
    if (this.#whole !== null) return false;
    outgoing.writeHead(this.status, { ...this.#headers, 'Content-Length': Buffer.byteLength(this.#text) });
    outgoing.end(this.#text);
    return true;
  }

  override get headers(): Headers {
    return this.#look().headers;
  }

  override get body(): Response['body'] {
    return this.#look().body;
  }

  override get bodyUsed(): boolean {
    return this.#look().bodyUsed;
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return this.#look().arrayBuffer();
  }

  override blob(): ReturnType<Response['blob']> {
    return this.#look().blob();
  }

  override bytes(): ReturnType<Response['bytes']> {
    return this.#look().bytes();
  }

  override clone(): Response {
    return this.#look().clone();
  }

  override formData(): ReturnType<Response['formData']> {
    return this.#look().formData();
  }

  override json(): Promise<unknown> {
    return this.#look().json();
  }

  override text(): Promise<string> {
    return this.#look().text();
  }

  #look(): Response {
    this.#whole ??= new Response(this.#text, { status: this.status, headers: this.#headers });
    return this.#whole;
  }
}
