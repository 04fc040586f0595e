import { parentPort, workerData } from 'node:worker_threads';
import { openForReading } from './database-file.ts';
import { toFailure } from './failure.ts';
import { PreparedStatements } from './prepared-statements.ts';
import type { ReaderData, ReadRequest, ReadResponse } from './reader-protocol.ts';

const maxPrepared = 100;

if (parentPort === null) throw new Error('this file must run in a worker thread');
const port = parentPort;
const statements = new PreparedStatements(openForReading((workerData as ReaderData).path), maxPrepared);

port.on('message', ({ id, sql, parameters }: ReadRequest) => {
  try {
    send({ id, rows: statements.run(sql, parameters).rows });
  } catch (error) {
    send({ id, failure: toFailure(error) });
  }
});

function send(response: ReadResponse): void {
  port.postMessage(response);
}
