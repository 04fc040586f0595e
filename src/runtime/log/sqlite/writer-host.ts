import { toFailure } from './failure.ts';
import type { Request, Response } from './protocol.ts';
import type { SqliteWriter } from './sqlite-writer.ts';
import type { FromHost, ToHost, WriterPort } from './writer-port.ts';

/** Runs the requests of another process, until it is gone. */
export function serveWriter(writer: SqliteWriter, port: WriterPort<FromHost, ToHost>): void {
  /** Those that the other process has begun and not ended. */
  const transactions = new Set<number>();
  let responses: Response[] = [];
  let isFull: boolean | null = null;

  /** What is answered in one turn of the event loop shares a message. */
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
