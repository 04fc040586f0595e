import { Worker } from 'node:worker_threads';
import { outcomeUnknown } from '../outcome-unknown.ts';
import { MessagedWriter } from './messaged-writer.ts';
import type { FromWriter, ToWriter, WriterData } from './protocol.ts';
import { workerUrl } from './worker-url.ts';

/** The writer in a thread of this process, which locks the file. */
export class ThreadWriter extends MessagedWriter {
  readonly #worker: Worker;
  readonly #opened = Promise.withResolvers<void>();
  readonly #migrated = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #isClosing = false;

  private constructor(data: WriterData) {
    super();
    this.#worker = new Worker(workerUrl('writer-worker'), { name: 'posted-writer', workerData: data });
    this.#worker.on('message', (message: FromWriter) => {
      if (message === 'open') this.#opened.resolve();
      else if (message === 'migrated') this.#migrated.resolve();
      else this.receive(message);
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

  /**
   * Call it when the tables are current, and before anything that must not be lost is written.
   *
   * @throws Error when the file cannot be used
   */
  async markMigrated(): Promise<void> {
    this.send('migrated');
    await this.#unlessFailed(this.#migrated.promise);
  }

  /** Resolves when the file is closed and the thread has exited. */
  override async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.flush();
      this.send('close');
    }
    await this.#ended.promise;
  }

  async #unlessFailed(step: Promise<void>): Promise<void> {
    const failure = await Promise.race([step, this.failed]);
    if (failure === undefined) return;
    await this.#ended.promise;
    throw failure;
  }

  protected override send(message: ToWriter): void {
    // The linter mistakes postMessage of anything not named `port` for that of a window.
    const port = this.#worker;
    port.postMessage(message);
  }

  #fail(cause: Error): void {
    // After a failed fsync, the next start may find the commit in the file.
    this.fail(cause, outcomeUnknown(cause));
  }
}
