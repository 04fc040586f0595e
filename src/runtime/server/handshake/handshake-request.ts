import type { IncomingMessage } from 'node:http';
import { PostedError } from '../../shared/errors.ts';
import { parseQuery } from '../../shared/url-encoding.ts';
import { Refusal } from './refusal.ts';

/** The parts of a handshake's request in which credentials and other values can stand. */
export class HandshakeRequest {
  readonly #rawHeaders: readonly string[];
  readonly #rawQuery: string;
  #query: Readonly<Record<string, string | readonly string[]>> | null = null;

  constructor({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>, rawQuery: string) {
    this.#rawHeaders = rawHeaders;
    this.#rawQuery = rawQuery;
  }

  /** The values of a header, each as often as it was sent. Few of a request's headers are ever asked for. */
  header(name: string): readonly string[] {
    const wanted = name.toLowerCase();
    const values: string[] = [];
    for (let index = 0; index < this.#rawHeaders.length; index += 2) {
      const [sent = '', value = ''] = [this.#rawHeaders[index], this.#rawHeaders[index + 1]];
      if (sent.length === wanted.length && sent.toLowerCase() === wanted) values.push(value);
    }
    return values;
  }

  /** @throws Refusal `query` where it is not well encoded */
  query(): Readonly<Record<string, string | readonly string[]>> {
    this.#query ??= decodeQuery(this.#rawQuery);
    return this.#query;
  }
}

function decodeQuery(query: string): Record<string, string | string[]> {
  try {
    return parseQuery(query);
  } catch (thrown) {
    throw new Refusal('query', PostedError.from(thrown));
  }
}
