import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Appends } from './appends.ts';
import { type BatchRequest, createBatchRunner } from './batches.ts';
import { CallerTransaction, type TransactionRequest } from './caller-transaction.ts';
import { openDatabaseFile } from './database-file.ts';
import { DiskWatch } from './disk-watch.ts';
import { Erasure } from './erasure.ts';
import { Head } from './head.ts';
import { PreparedStatements } from './prepared-statements.ts';
import type { FromWriter, Request, ToWriter, WriterData } from './protocol.ts';

/** Bounds how many other requests of its batch a response waits for. */
const maxBatch = 256;
const maxPrepared = 100;

if (parentPort === null) throw new Error('this file must run in a worker thread');
const port = parentPort;
const { path, transactionTimeoutMs } = workerData as WriterData;
const file = openDatabaseFile(path);
const { database, checkpoints } = file;
const statements = new PreparedStatements(database, maxPrepared);
const head = new Head(statements);
const appends = new Appends(database, head);
const disk = new DiskWatch(send);
const runBatch = createBatchRunner({ database, statements, head, appends, disk, respond: send });
const transaction = new CallerTransaction({
  database,
  statements,
  head,
  appends,
  disk,
  timeoutMs: transactionTimeoutMs,
  onEnd: () => setImmediate(runQueue),
});
const erasure = new Erasure({ checkpoints, isBusy: () => transaction.isRunning });
/** In the order of arrival; those of the running transaction overtake the others. */
const queue: Request[] = [];
let isMigrated = false;
let isClosing = false;

// Requests that arrive while a batch is written form the next one: the slower the disk, the larger the batches.
port.on('message', (message: ToWriter) => {
  enqueue(message);
  enqueueReceived();
  runQueue();
});
send('open');

function runQueue(): void {
  while (queue.length > 0 && runNext()) {
    if (isMigrated && !transaction.isRunning) checkpoints.afterWrite();
    if (appends.takeErased()) erasure.request();
    enqueueReceived();
  }
  if (!isClosing || transaction.isRunning) return;
  erasure.close();
  file.close();
  port.close();
}

/** Returns false if everything in the queue waits for the running transaction. */
function runNext(): boolean {
  if (transaction.isRunning) {
    const index = queue.findIndex((request) => isOfTransaction(request) && request.name !== 'begin');
    const [request] = index === -1 ? [] : queue.splice(index, 1);
    if (request === undefined) return false;
    send([transaction.run(request as TransactionRequest)]);
    return true;
  }
  const [first] = queue;
  if (first !== undefined && isOfTransaction(first)) {
    queue.shift();
    send([transaction.run(first)]);
    return true;
  }
  const next = queue.findIndex(isOfTransaction);
  const end = Math.min(next === -1 ? queue.length : next, maxBatch);
  runBatch(queue.splice(0, end) as BatchRequest[]);
  return true;
}

function isOfTransaction(request: Request): request is TransactionRequest {
  return request.name !== 'write' && request.name !== 'statement' && request.name !== 'register';
}

function enqueue(message: ToWriter): void {
  if (message === 'close') isClosing = true;
  else if (message === 'migrated') markMigrated();
  else for (const request of message) queue.push(request);
}

function enqueueReceived(): void {
  for (;;) {
    const received: { readonly message: ToWriter } | undefined = receiveMessageOnPort(port);
    if (received === undefined) return;
    enqueue(received.message);
  }
}

function markMigrated(): void {
  file.markMigrated();
  isMigrated = true;
  send('migrated');
}

function send(message: FromWriter): void {
  port.postMessage(message);
}
