import { constants, getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openForReading } from './database-file.ts';
import { toFailure } from './failure.ts';
import { PreparedStatements } from './prepared-statements.ts';
import type { ReaderData, ReadRequest, ReadResponse } from './reader-protocol.ts';

const maxPrepared = 100;

/** While all cores are busy, the thread gets a third of the share of the others. */
const niceness = 5;

if (parentPort === null) throw new Error('this file must run in a worker thread');
const port = parentPort;
const { path, isLowPriority } = workerData as ReaderData;
const statements = new PreparedStatements(openForReading(path), maxPrepared);
// Elsewhere, this would be the priority of the whole process.
if (isLowPriority && process.platform === 'linux') {
  setPriority(Math.min(getPriority() + niceness, constants.priority.PRIORITY_LOW));
}

port.on('message', ({ sql, parameters }: ReadRequest) => {
  try {
    send({ rows: statements.run(sql, parameters).rows });
  } catch (error) {
    send({ failure: toFailure(error) });
  }
});

function send(response: ReadResponse): void {
  port.postMessage(response);
}
