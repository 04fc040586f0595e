import { PostedError } from '../../shared/errors.ts';
import type { LogEvent } from '../event.ts';
import type { OperationName, Operations } from './protocol.ts';
import type { SqliteWriter } from './sqlite-writer.ts';
import type { FromHost, ToHost, WriterPort } from './writer-port.ts';
import { WriterRequests } from './writer-requests.ts';

/** The processes that share a writer. */
export interface OtherProcesses {
  /** Passes on an event that this process has appended. Best effort: each process also polls the log. */
  publish(event: LogEvent): void;
  /** Calls `onAppended` with what the others have appended. Call it once. */
  follow(onAppended: (events: readonly LogEvent[]) => void): void;
}

/** The writer of another process, which may die: then it is not known whether pending writes were committed. */
export class RemoteWriter implements SqliteWriter, OtherProcesses {
  readonly #port: WriterPort<ToHost, FromHost>;
  readonly #requests: WriterRequests;
  readonly #failed = Promise.withResolvers<Error>();
  #isFull = false;
  #appended: LogEvent[] = [];
  #onAppended: (events: readonly LogEvent[]) => void = () => {};

  private constructor(port: WriterPort<ToHost, FromHost>, joined: () => void) {
    this.#port = port;
    this.#requests = new WriterRequests((requests) => port.send(requests));
    port.listen((message) => {
      if (message === 'full' || message === 'writable') {
        this.#isFull = message === 'full';
        joined();
      } else if ('appended' in message) {
        this.#onAppended(message.appended);
      } else if ('failed' in message) {
        const cause = new Error(message.failed);
        this.#fail(cause, new PostedError('unavailable', 'The database has failed.', { cause }));
      } else {
        this.#requests.receive(message);
      }
    });
    void port.closed.then(() => {
      const cause = new Error('the process that writes the database is gone');
      this.#fail(cause, outcomeUnknown(cause));
    });
    port.send('join');
  }

  /** @throws Error if the other process is gone, or its writer has failed */
  static async join(port: WriterPort<ToHost, FromHost>): Promise<RemoteWriter> {
    const joined = Promise.withResolvers<void>();
    const writer = new RemoteWriter(port, joined.resolve);
    const failure = await Promise.race([joined.promise, writer.failed]);
    if (failure !== undefined) throw failure;
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

  publish(event: LogEvent): void {
    if (this.#appended.length === 0) setImmediate(() => this.#sendAppended());
    this.#appended.push(event);
  }

  follow(onAppended: (events: readonly LogEvent[]) => void): void {
    this.#onAppended = onAppended;
  }

  /** Leaves the writer to its process. */
  async close(): Promise<void> {}

  #sendAppended(): void {
    const appended = this.#appended;
    this.#appended = [];
    this.#port.send({ appended });
  }

  #fail(cause: Error, lost: PostedError): void {
    this.#requests.fail(cause, lost);
    this.#failed.resolve(cause);
  }
}

function outcomeUnknown(cause: Error): PostedError {
  return new PostedError(
    'outcome_unknown',
    'The answer of the database was lost: the request may have been done. Retry it with the same idempotency key.',
    { cause, retryAfterMs: 1000 },
  );
}
