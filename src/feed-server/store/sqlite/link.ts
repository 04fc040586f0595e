import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PostedError } from 'posted/server';
import type { FromWorker, OperationName, Operations, Request, ToWorker, WorkerData } from './protocol.ts';

interface Waiting {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** With so many at hand the worker begins, while this thread still makes the rest of what its turn asks. */
const maxTogether = 16;

/** The main thread's side of the worker that owns the database. */
export class SqliteLink {
  readonly #worker: Worker;
  /**
   * By the id of the request; null where the id is free. Not a Map: the tables that a Map leaves behind as
   * it changes are old garbage, which keeps every answer that it still leads to until all of the heap is
   * collected.
   */
  readonly #waiting: (Waiting | null)[] = [];
  readonly #freeIds: number[] = [];
  readonly #opened = Promise.withResolvers<void>();
  readonly #failed = Promise.withResolvers<Error>();
  readonly #ended = Promise.withResolvers<void>();
  #outbox: Request[] = [];
  #failure: Error | undefined;
  #isClosing = false;

  private constructor(data: WorkerData) {
    // The worker beside this file: .ts as it is written, .js as it is published.
    const extension = extname(new URL(import.meta.url).pathname);
    this.#worker = new Worker(new URL(`./worker${extension}`, import.meta.url), {
      name: 'posted-store',
      workerData: data,
    });
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', (code) => {
      if (!this.#isClosing) this.#fail(new Error(`the store's worker has ended with code ${code}`));
      this.#ended.resolve();
    });
  }

  /** @throws Error when the file cannot be used */
  static async open(path: string): Promise<SqliteLink> {
    const link = new SqliteLink({ path });
    const failure = await Promise.race([link.#opened.promise, link.failed]);
    if (failure === undefined) return link;
    await link.#ended.promise;
    throw failure;
  }

  /** Resolves, with the cause, if the worker dies before it is told to. */
  get failed(): Promise<Error> {
    return this.#failed.promise;
  }

  /** What is asked in one turn of the event loop goes to the worker together, at most `maxTogether` in a message. */
  request<Name extends OperationName>(
    name: Name,
    input: Operations[Name]['input'],
  ): Promise<Operations[Name]['output']> {
    if (this.#failure !== undefined) return Promise.reject(unavailable(this.#failure));
    const id = this.#freeIds.pop() ?? this.#waiting.length;
    if (this.#outbox.length === 0) setImmediate(() => this.#flush());
    this.#outbox.push({ id, name, input } as Request);
    if (this.#outbox.length >= maxTogether) this.#flush();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting[id] = { resolve, reject };
    return promise as Promise<Operations[Name]['output']>;
  }

  /** To be called when every request is answered. Resolves when the file is closed and the thread gone. */
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
    // The linter takes whatever is not called a port for a window.
    const port = this.#worker;
    port.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if (message === 'open') {
      this.#opened.resolve();
      return;
    }
    for (const answer of message) {
      const waiting = this.#waiting[answer.id];
      this.#waiting[answer.id] = null;
      this.#freeIds.push(answer.id);
      if ('failure' in answer) waiting?.reject(new Error(answer.failure));
      else waiting?.resolve(answer.output);
    }
  }

  #fail(cause: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = cause;
    this.#failed.resolve(cause);
    for (const waiting of this.#waiting) waiting?.reject(unavailable(cause));
    this.#waiting.length = 0;
  }
}

function unavailable(cause: Error): PostedError {
  return new PostedError('unavailable', 'The store has failed.', { cause });
}
