import { Worker } from 'node:worker_threads';
import { PostedError } from '../../shared/errors.ts';
import type { FromWriter, OperationName, Operations, ToWriter, WriterData } from './protocol.ts';
import type { SqliteWriter } from './sqlite-writer.ts';
import { workerUrl } from './worker-url.ts';
import { WriterRequests } from './writer-requests.ts';

/** The writer in a thread of this process, which locks the file. */
export class ThreadWriter implements SqliteWriter {
  readonly #worker: Worker;
  readonly #requests: WriterRequests;
  readonly #opened = Promise.withResolvers<void>();
  readonly #migrated = Promise.withResolvers<void>();
  readonly #failed = Promise.withResolvers<Error>();
  readonly #ended = Promise.withResolvers<void>();
  #isClosing = false;
  #isFull = false;

  private constructor(data: WriterData) {
    this.#worker = new Worker(workerUrl('writer-worker'), { name: 'posted-writer', workerData: data });
    this.#requests = new WriterRequests((requests) => this.#send(requests));
    this.#worker.on('message', (message: FromWriter) => {
      if (message === 'open') this.#opened.resolve();
      else if (message === 'migrated') this.#migrated.resolve();
      else if (message === 'full' || message === 'writable') this.#isFull = message === 'full';
      else this.#requests.receive(message);
    });
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', (code) => {
      if (!this.#isClosing)
        this.#fail(new Error(`the thread that writes the database exited with code ${code}`));
      this.#ended.resolve();
    });
  }

  /** @throws Error when the file cannot be used */
  static async open(data: WriterData): Promise<ThreadWriter> {
    const writer = new ThreadWriter(data);
    await writer.#unlessFailed(writer.#opened.promise);
    return writer;
  }

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
    return this.#requests.request(name, input);
  }

  /**
   * Call it when the tables are current, and before anything that must not be lost is written.
   *
   * @throws Error when the file cannot be used
   */
  async markMigrated(): Promise<void> {
    this.#send('migrated');
    await this.#unlessFailed(this.#migrated.promise);
  }

  /** Resolves when the file is closed and the thread has exited. */
  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#send('close');
    }
    await this.#ended.promise;
  }

  async #unlessFailed(step: Promise<void>): Promise<void> {
    const failure = await Promise.race([step, this.failed]);
    if (failure === undefined) return;
    await this.#ended.promise;
    throw failure;
  }

  #send(message: ToWriter): void {
    // The linter mistakes postMessage of anything not named `port` for that of a window.
    const port = this.#worker;
    port.postMessage(message);
  }

  #fail(cause: Error): void {
    // What was not answered was not committed, or not known to be: the process that failed is this one.
    this.#requests.fail(cause, new PostedError('unavailable', 'The database has failed.', { cause }));
    this.#failed.resolve(cause);
  }
}
