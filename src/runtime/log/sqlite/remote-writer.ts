import type { LogEvent } from '../event.ts';
import { outcomeUnknown } from '../outcome-unknown.ts';
import { MessagedWriter } from './messaged-writer.ts';
import type { Request } from './protocol.ts';
import type { FromHost, ToHost, WriterPort } from './writer-port.ts';

/** The processes that share a writer. */
export interface OtherProcesses {
  /** Passes on an event that this process has appended. Best effort: each process also polls the log. */
  publish(event: LogEvent): void;
  /** Calls `onAppended` with what the others have appended. Call it once. */
  follow(onAppended: (events: readonly LogEvent[]) => void): void;
}

/** The writer of another process, which may die: then it is not known whether pending writes were committed. */
export class RemoteWriter extends MessagedWriter implements OtherProcesses {
  readonly #port: WriterPort<ToHost, FromHost>;
  #appended: LogEvent[] = [];
  #onAppended: (events: readonly LogEvent[]) => void = () => {};

  #isClosed = false;

  private constructor(port: WriterPort<ToHost, FromHost>, joined: () => void) {
    super();
    this.#port = port;
    port.listen((message) => {
      if (typeof message !== 'string' && 'appended' in message) {
        this.#onAppended(message.appended);
      } else if (typeof message !== 'string' && 'failed' in message) {
        const cause = new Error(message.failed);
        this.fail(cause, outcomeUnknown(cause));
      } else {
        this.receive(message);
        // The first answer is the state of the disk.
        joined();
      }
    });
    void port.closed.then(() => {
      if (this.#isClosed) return;
      const cause = new Error('the process that writes the database is gone');
      this.fail(cause, outcomeUnknown(cause));
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

  publish(event: LogEvent): void {
    if (this.#appended.length === 0) setImmediate(() => this.#sendAppended());
    this.#appended.push(event);
  }

  follow(onAppended: (events: readonly LogEvent[]) => void): void {
    this.#onAppended = onAppended;
  }

  /** Leaves the writer to its process. */
  override async close(): Promise<void> {
    this.#isClosed = true;
  }

  protected override send(requests: readonly Request[]): void {
    this.#port.send(requests);
  }

  #sendAppended(): void {
    const appended = this.#appended;
    this.#appended = [];
    this.#port.send({ appended });
  }
}
