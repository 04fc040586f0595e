import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PostedError } from 'posted/server';
import type { FromWorker, OperationName, Operations, Request, ToWorker, WorkerData } from './protocol.ts';

interface PendingRequest {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A message is sent at this size, so that the worker starts while this turn still makes requests. */
const maxPerMessage = 16;

/** The main thread's connection to the worker thread that owns the database. */
export class SqliteThread {
  readonly #worker: Worker;
  /**
   * Indexed by request id; null if the id is free. Not a Map: the hash tables that a Map discards as it
   * changes land in the old generation and keep responses reachable until a full garbage collection.
   */
  readonly #pending: (PendingRequest | null)[] = [];
  readonly #freeIds: number[] = [];
  readonly #opened = Promise.withResolvers<void>();
  readonly #failed = Promise.withResolvers<Error>();
  readonly #ended = Promise.withResolvers<void>();
  #outbox: Request[] = [];
  #failure: Error | undefined;
  #isClosing = false;

  private constructor(data: WorkerData) {
    // The worker has the extension of this file: .ts in the repository, .js when published.
    const extension = extname(new URL(import.meta.url).pathname);
    this.#worker = new Worker(new URL(`./worker${extension}`, import.meta.url), {
      name: 'posted-store',
      workerData: data,
    });
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', (code) => {
      if (!this.#isClosing) this.#fail(new Error(`the store's worker thread exited with code ${code}`));
      this.#ended.resolve();
    });
  }

  /** @throws Error when the file cannot be used */
  static async open(path: string): Promise<SqliteThread> {
    const thread = new SqliteThread({ path });
    const failure = await Promise.race([thread.#opened.promise, thread.failed]);
    if (failure === undefined) return thread;
    await thread.#ended.promise;
    throw failure;
  }

  /** Resolves with the cause if the worker fails or exits before `close` is called. */
  get failed(): Promise<Error> {
    return this.#failed.promise;
  }

  /** Requests made in one turn of the event loop share messages of at most `maxPerMessage` requests. */
  request<Name extends OperationName>(
    name: Name,
    input: Operations[Name]['input'],
  ): Promise<Operations[Name]['output']> {
    if (this.#failure !== undefined) return Promise.reject(unavailable(this.#failure));
    const id = this.#freeIds.pop() ?? this.#pending.length;
    if (this.#outbox.length === 0) setImmediate(() => this.#flush());
    this.#outbox.push({ id, name, input } as Request);
    if (this.#outbox.length >= maxPerMessage) this.#flush();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending[id] = { resolve, reject };
    return promise as Promise<Operations[Name]['output']>;
  }

  /** Call it only when no request is pending. Resolves when the file is closed and the thread has exited. */
  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#send('close');
    }
    await this.#ended.promise;
  }

  #flush(): void {
    if (this.#outbox.length === 0) return;
    const requests = this.#outbox;
    this.#outbox = [];
    this.#send(requests);
  }

  #send(message: ToWorker): void {
    // The linter mistakes postMessage of anything not named `port` for that of a window.
    const port = this.#worker;
    port.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if (message === 'open') {
      this.#opened.resolve();
      return;
    }
    for (const response of message) {
      const pending = this.#pending[response.id];
      this.#pending[response.id] = null;
      this.#freeIds.push(response.id);
      if ('failure' in response) pending?.reject(new Error(response.failure));
      else pending?.resolve(response.output);
    }
  }

  #fail(cause: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = cause;
    this.#failed.resolve(cause);
    for (const pending of this.#pending) pending?.reject(unavailable(cause));
    this.#pending.length = 0;
  }
}

function unavailable(cause: Error): PostedError {
  return new PostedError('unavailable', 'The store has failed.', { cause });
}
