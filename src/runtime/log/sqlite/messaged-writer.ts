import { PostedError } from '../../shared/errors.ts';
import { toError, toFailure } from './failure.ts';
import type { DiskState, OperationName, Operations, Request, Response } from './protocol.ts';
import type { SqliteWriter } from './sqlite-writer.ts';

interface Pending {
  readonly name: OperationName;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A message is sent at this size, so that the receiver starts while this turn still makes requests. */
const maxPerMessage = 16;

/** Operations that may be committed although their answer is lost. */
const commits: ReadonlySet<OperationName> = new Set(['write', 'commit', 'statement']);

/** A writer that is reached by messages. Requests made in one turn of the event loop share some. */
export abstract class MessagedWriter implements SqliteWriter {
  /**
   * Indexed by request id; null if the id is free. Not a Map: the hash tables that a Map discards as it
   * changes land in the old generation and keep responses reachable until a full garbage collection.
   */
  readonly #pending: (Pending | null)[] = [];
  readonly #freeIds: number[] = [];
  #outbox: Request[] = [];
  readonly #failed = Promise.withResolvers<Error>();
  #failure: PostedError | null = null;
  #isFull = false;

  abstract close(): Promise<void>;

  /** @throws Error if one of the requests cannot be sent */
  protected abstract send(requests: readonly Request[]): void;

  get isFull(): boolean {
    return this.#isFull;
  }

  get failed(): Promise<Error> {
    return this.#failed.promise;
  }

  request<Name extends OperationName>(
    name: Name,
    input: Operations[Name]['input'],
  ): Promise<Operations[Name]['output']> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const id = this.#freeIds.pop() ?? this.#pending.length;
    if (this.#outbox.length === 0) setImmediate(() => this.flush());
    this.#outbox.push({ id, name, input } as Request);
    if (this.#outbox.length >= maxPerMessage) this.flush();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending[id] = { name, resolve, reject };
    return promise as Promise<Operations[Name]['output']>;
  }

  protected receive(message: readonly Response[] | DiskState): void {
    if (typeof message === 'string') this.#isFull = message === 'full';
    else this.#settle(message);
  }

  /**
   * Rejects what may have been committed with `lost`, and everything else, also all that follows, with `unavailable`.
   */
  protected fail(cause: Error, lost: PostedError): void {
    const unavailable = new PostedError('unavailable', 'The database has failed.', { cause });
    if (this.#failure !== null) return;
    this.#failure = unavailable;
    for (const { id } of this.#outbox) {
      this.#pending[id]?.reject(unavailable);
      this.#pending[id] = null;
    }
    for (const pending of this.#pending) pending?.reject(commits.has(pending.name) ? lost : unavailable);
    this.#pending.length = 0;
    this.#freeIds.length = 0;
    this.#outbox = [];
    this.#failed.resolve(cause);
  }

  #settle(responses: readonly Response[]): void {
    for (const response of responses) {
      const pending = this.#pending[response.id];
      this.#pending[response.id] = null;
      this.#freeIds.push(response.id);
      if ('failure' in response) pending?.reject(toError(response.failure));
      else pending?.resolve(response.output);
    }
  }

  /** Sends the requests of this turn. */
  protected flush(): void {
    if (this.#outbox.length === 0) return;
    const requests = this.#outbox;
    this.#outbox = [];
    try {
      this.send(requests);
    } catch {
      // A parameter of one of them cannot be sent: the others are not affected.
      for (const request of requests) this.#sendAlone(request);
    }
  }

  #sendAlone(request: Request): void {
    try {
      this.send([request]);
    } catch (thrown) {
      this.#settle([{ id: request.id, failure: toFailure(thrown) }]);
    }
  }
}
