import { PostedError } from '../../shared/errors.ts';
import { toError } from './failure.ts';
import type { OperationName, Operations, Request, Response } from './protocol.ts';

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A message is sent at this size, so that the receiver starts while this turn still makes requests. */
const maxPerMessage = 16;

/** Requests made in one turn of the event loop share messages. */
export class PendingRequests {
  readonly #send: (requests: readonly Request[]) => void;
  /**
   * Indexed by request id; null if the id is free. Not a Map: the hash tables that a Map discards as it
   * changes land in the old generation and keep responses reachable until a full garbage collection.
   */
  readonly #pending: (Pending | null)[] = [];
  readonly #freeIds: number[] = [];
  #outbox: Request[] = [];
  #failure: PostedError | null = null;

  constructor(send: (requests: readonly Request[]) => void) {
    this.#send = send;
  }

  request<Name extends OperationName>(
    name: Name,
    input: Operations[Name]['input'],
  ): Promise<Operations[Name]['output']> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const id = this.#freeIds.pop() ?? this.#pending.length;
    if (this.#outbox.length === 0) setImmediate(() => this.#flush());
    this.#outbox.push({ id, name, input } as Request);
    if (this.#outbox.length >= maxPerMessage) this.#flush();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending[id] = { resolve, reject };
    return promise as Promise<Operations[Name]['output']>;
  }

  receive(responses: readonly Response[]): void {
    for (const response of responses) {
      const pending = this.#pending[response.id];
      this.#pending[response.id] = null;
      this.#freeIds.push(response.id);
      if ('failure' in response) pending?.reject(toError(response.failure));
      else pending?.resolve(response.output);
    }
  }

  /** Rejects everything that is pending with `lost`, and all that follows with `unavailable`. */
  fail(cause: Error, lost: PostedError): void {
    this.#failure = new PostedError('unavailable', 'The database has failed.', { cause });
    for (const pending of this.#pending) pending?.reject(lost);
    this.#pending.length = 0;
    this.#freeIds.length = 0;
    this.#outbox = [];
  }

  #flush(): void {
    if (this.#outbox.length === 0) return;
    const requests = this.#outbox;
    this.#outbox = [];
    this.#send(requests);
  }
}
