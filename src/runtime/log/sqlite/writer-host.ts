import { toFailure } from './failure.ts';
import type { Request, Response } from './protocol.ts';
import type { SqliteWriter } from './sqlite-writer.ts';
import type { Appended, FromHost, ToHost, WriterPort } from './writer-port.ts';

type Port = WriterPort<FromHost, ToHost>;

/** Serves a writer to other processes, and passes on to all of them what each has appended. */
export class WriterHost {
  readonly #writer: SqliteWriter;
  readonly #ports = new Set<Port>();

  constructor(writer: SqliteWriter) {
    this.#writer = writer;
  }

  /** Runs the requests of another process until it is gone. */
  serve(port: Port): void {
    this.#ports.add(port);
    void port.closed.then(() => this.#ports.delete(port));
    serveWriter(this.#writer, port, (appended) => {
      for (const other of this.#ports) if (other !== port) other.send(appended);
    });
  }
}

function serveWriter(writer: SqliteWriter, port: Port, relay: (appended: Appended) => void): void {
  /** Those that the other process has begun and not ended. */
  const transactions = new Set<number>();
  let responses: Response[] = [];
  let isFull: boolean | null = null;

  /** Answers of one turn of the event loop share a message. */
  function respond(response: Response): void {
    if (responses.length === 0) setImmediate(flush);
    responses.push(response);
  }

  function flush(): void {
    const answered = responses;
    responses = [];
    port.send(answered);
    sendDiskState();
  }

  function sendDiskState(): void {
    if (writer.isFull === isFull) return;
    isFull = writer.isFull;
    port.send(isFull ? 'full' : 'writable');
  }

  async function run({ id, name, input }: Request): Promise<void> {
    try {
      const output = await writer.request(name, input);
      if (name === 'begin') transactions.add(output as number);
      if (name === 'commit' || name === 'rollback') transactions.delete(input.transaction);
      respond({ id, output });
    } catch (error) {
      respond({ id, failure: toFailure(error) });
    }
  }

  port.listen((message) => {
    if (message === 'join') sendDiskState();
    else if ('appended' in message) relay(message);
    else for (const request of message) void run(request);
  });
  void writer.failed.then(({ message }) => port.send({ failed: message }));
  void port.closed.then(() => {
    for (const transaction of transactions) {
      // A writer that has failed has no transactions anymore.
      writer.request('rollback', { transaction }).catch(() => {});
    }
  });
}
