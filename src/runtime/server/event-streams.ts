import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAllowedOrigin, type OriginPolicy } from '../shared/origin.ts';
import { eventStreamType } from '../shared/server-sent-events.ts';
import type { TrustedProxies } from '../shared/trusted-proxies.ts';
import { createConnectionId } from './connection/connection-id.ts';
import { type PathValues, splitTarget } from './handshake/address.ts';
import { type Refusal, refusal, refuseOrigin, responseTo } from './handshake/refusal.ts';
import { createAcknowledge, type StreamedChannel } from './messages/posted-acks.ts';
import type { SettingNames } from './options.ts';
import type { Revocations } from './revocations.ts';

type Headers = Readonly<Record<string, string>>;

export interface EventStreamsDeps {
  readonly origins: OriginPolicy;
  readonly proxies: TrustedProxies;
  readonly settingNames: SettingNames;
  readonly handshakeTimeoutMs: number;
  readonly revocations: Pick<Revocations, 'isRevoked'>;
  readonly isShuttingDown: () => boolean;
  /** Opens a connection and sends the head of the response, or rejects with why it is refused. */
  open(request: IncomingMessage, id: string, headers: Headers): Promise<void>;
  /** Counts and logs why a request is refused. */
  refused(request: IncomingMessage, id: string, thrown: unknown): Refusal;
}

/** What a request to the address of a channel asks for. */
type Purpose = 'stream' | 'ack' | 'preflight';

/** How long a browser may remember the response to a preflight. */
const preflightSeconds = '600';

/**
 * Serves the channels that can be read as server-sent events over HTTP: GET opens a stream, and POST acknowledges. All
 * other requests are left to others.
 */
export class EventStreams {
  readonly #channels: readonly StreamedChannel[];
  readonly #deps: EventStreamsDeps;
  readonly #acknowledge: ReturnType<typeof createAcknowledge>;
  /** The requests for streams that are not refused. */
  readonly #requests = new WeakSet<IncomingMessage>();
  /** Their sockets. */
  readonly #sockets = new WeakSet<IncomingMessage['socket']>();

  constructor(channels: readonly StreamedChannel[], deps: EventStreamsDeps) {
    this.#channels = channels;
    this.#deps = deps;
    this.#acknowledge = createAcknowledge(deps);
  }

  /** Handles a request; false if it is not for this. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#channels.length === 0) return false;
    if (this.#sockets.has(request.socket)) {
      // The response to it could never be sent.
      request.socket.destroy();
      return true;
    }
    const purpose = purposeOf(request);
    if (purpose === null) return false;
    const { path, query } = splitTarget(request.url ?? '/');
    const found = this.#find(path);
    if (found === null) return false;
    const id = createConnectionId();
    const headers = { ...commonHeaders(id), ...this.#corsHeaders(request) };
    if (purpose === 'preflight') {
      response.writeHead(204, { ...headers, ...preflightHeaders(request) }).end();
      return true;
    }
    const served =
      purpose === 'stream'
        ? this.#stream(request, response, id, headers)
        : this.#ack(found, { request, query, response, headers });
    served.catch((thrown: unknown) => {
      this.#requests.delete(request);
      this.#sockets.delete(request.socket);
      const refused = this.#deps.refused(request, id, thrown);
      if (request.socket.destroyed || response.headersSent) return;
      const { body, headers: own } = responseTo(refused, id);
      response.writeHead(refused.status, { ...headers, ...own, Connection: 'close' }).end(body);
    });
    return true;
  }

  /** Whether the response to a request is a stream, which ends with its connection. */
  has(request: IncomingMessage): boolean {
    return this.#requests.has(request);
  }

  async #stream(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    headers: Headers,
  ): Promise<void> {
    if (response.socket !== request.socket) {
      throw refusal('bad_handshake', 'invalid_request', 'An earlier request is not answered yet.');
    }
    this.#requests.add(request);
    this.#sockets.add(request.socket);
    request.resume();
    await this.#deps.open(request, id, { ...headers, ...streamHeaders });
  }

  async #ack(
    { channel, pathValues }: Found,
    { request, query, response, headers }: AckRequest,
  ): Promise<void> {
    const { origins, proxies, settingNames } = this.#deps;
    const { origin } = request.headers;
    if (origin !== undefined && !isAllowedOrigin(origins, origin, proxies.hostOf(request))) {
      throw refuseOrigin(request, origins, settingNames);
    }
    await this.#acknowledge(channel, pathValues, request, query);
    response.writeHead(204, headers).end();
  }

  #find(path: string): Found | null {
    for (const channel of this.#channels) {
      const pathValues = channel.match(path);
      if (typeof pathValues === 'object') return { channel, pathValues };
    }
    return null;
  }

  /** CORS (Fetch standard). Pages of other origins cannot read the response, which refuses them. */
  #corsHeaders(request: IncomingMessage): Headers {
    const { origins, proxies } = this.#deps;
    const { origin } = request.headers;
    if (origin === undefined || !isAllowedOrigin(origins, origin, proxies.hostOf(request))) return {};
    return {
      'Access-Control-Allow-Origin': origins.kind === 'any' ? '*' : origin,
      'Access-Control-Expose-Headers': 'X-Request-Id, Retry-After',
      Vary: 'Origin',
    };
  }
}

interface Found {
  readonly channel: StreamedChannel;
  readonly pathValues: PathValues;
}

interface AckRequest {
  readonly request: IncomingMessage;
  readonly query: string;
  readonly response: ServerResponse;
  readonly headers: Headers;
}

function purposeOf({ method, headers }: IncomingMessage): Purpose | null {
  switch (method) {
    case 'GET':
      return accepts(headers.accept ?? '') ? 'stream' : null;
    case 'POST':
      return 'ack';
    case 'OPTIONS':
      return headers.origin !== undefined && headers['access-control-request-method'] !== undefined
        ? 'preflight'
        : null;
    default:
      return null;
  }
}

/** Whether the media type is in a list (RFC 9110 section 12.5.1). Ranges do not count: other clients send them, too. */
function accepts(accept: string): boolean {
  return accept.split(',').some((range) => range.split(';')[0]?.trim().toLowerCase() === eventStreamType);
}

function commonHeaders(id: string): Headers {
  return { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'X-Request-Id': id };
}

const streamHeaders: Headers = {
  'Content-Type': eventStreamType,
  Connection: 'close',
  // nginx would otherwise keep events until its buffer is full.
  'X-Accel-Buffering': 'no',
};

/** Other methods of the path may be operations. */
function preflightHeaders({ headers }: IncomingMessage): Headers {
  const requested = headers['access-control-request-headers'];
  return {
    'Access-Control-Allow-Methods': 'GET, HEAD, PUT, POST, DELETE, PATCH',
    ...(requested === undefined ? {} : { 'Access-Control-Allow-Headers': requested }),
    'Access-Control-Max-Age': preflightSeconds,
  };
}
