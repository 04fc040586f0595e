import { randomUUID } from 'node:crypto';
import { PostedError } from '../shared/errors.ts';
import type { ClientSocket, IncomingRequest } from './incoming-request.ts';
import type { RequestContext } from './operation-handlers.ts';

/** A handler's context. A request whose handler never reads `signal` costs nothing for it. */
export class OperationContext implements RequestContext {
  readonly requestId: string;
  readonly network: string;
  /** There once its credentials are accepted. */
  user?: unknown;
  readonly #incoming: IncomingRequest;
  readonly #request: Request;
  #controller: AbortController | undefined;
  #unwatch: (() => void) | undefined;
  #isAnswered = false;

  constructor(requestId: string, network: string, incoming: IncomingRequest, request: Request) {
    this.requestId = requestId;
    this.network = network;
    this.#incoming = incoming;
    this.#request = request;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (!this.#isAnswered) this.#watch();
    }
    return this.#controller.signal;
  }

  /** Must not be called after `answered`. */
  abort(reason: PostedError): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }

  /** From now on, nothing aborts the signal. */
  answered(): void {
    this.#isAnswered = true;
    this.#unwatch?.();
  }

  #watch(): void {
    const leave = (): void => this.abort(clientLeft());
    const { socket } = this.#incoming;
    this.#unwatch = socket === undefined ? onAbort(this.#request.signal, leave) : onClose(socket, leave);
  }
}

/** Like a body that ends too early, this is the client's doing and not a failure of the server. */
function clientLeft(): PostedError {
  return new PostedError('invalid_request', 'The client left before it was answered.');
}

/** Calls `listener` when the signal aborts, or now if it has. Returns how to stop. */
function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) listener();
  signal.addEventListener('abort', listener);
  return () => signal.removeEventListener('abort', listener);
}

/** One listener per connection: a client may pipeline more requests than Node expects listeners. */
const closeListeners = new WeakMap<ClientSocket, Set<() => void>>();

/** Calls `listener` when the socket closes, or now if it has. Returns how to stop. */
function onClose(socket: ClientSocket, listener: () => void): () => void {
  if (socket.destroyed) listener();
  const listeners = closeListeners.get(socket) ?? listenTo(socket);
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function listenTo(socket: ClientSocket): Set<() => void> {
  const listeners = new Set<() => void>();
  closeListeners.set(socket, listeners);
  socket.once('close', () => {
    for (const listener of listeners) listener();
  });
  return listeners;
}

/** The client's id for the request if it is safe to log, or a new one. */
export function requestIdOf(requested: string | readonly string[] | undefined): string {
  return typeof requested === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(requested) ? requested : randomUUID();
}
