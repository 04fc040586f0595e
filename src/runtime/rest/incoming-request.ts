import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';

/** The part of Node's IncomingMessage that operations read. */
export interface IncomingRequest extends Readable {
  readonly headers: IncomingHttpHeaders;
  /** Undefined if the request did not come from a socket. */
  readonly socket?: ClientSocket | undefined;
}

/** The part of a socket that tells whether the client is still there. */
export interface ClientSocket {
  readonly destroyed: boolean;
  readonly remoteAddress?: string | undefined;
  once(event: 'close', listener: () => void): unknown;
}

/** The same for a request that did not come from a socket. */
export function toIncoming({ headers, body }: Request): IncomingRequest {
  const stream = Readable.from(body ?? [], { objectMode: false });
  return Object.assign(stream, { headers: Object.fromEntries(headers) });
}
