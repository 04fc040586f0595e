import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { createBatchRunner } from './batches.ts';
import { openDatabaseFile } from './database-file.ts';
import type { FromWorker, Request, ToWorker, WorkerData } from './protocol.ts';

/** Bounds how many other requests of its batch a response waits for. */
const maxBatch = 256;

if (parentPort === null) throw new Error('this file must run in a worker thread');
const port = parentPort;
const { path } = workerData as WorkerData;
const database = openDatabaseFile(path);
const runBatch = createBatchRunner(database, send);
const queue: Request[] = [];
let isClosing = false;

// Requests that arrive while a batch is written form the next one: the slower the disk, the larger the batches.
port.on('message', (message: ToWorker) => {
  enqueue(message);
  enqueueReceived();
  while (queue.length > 0) {
    runBatch(queue.splice(0, maxBatch));
    enqueueReceived();
  }
  if (!isClosing) return;
  database.close();
  port.close();
});
send('open');

function enqueue(message: ToWorker): void {
  if (message === 'close') isClosing = true;
  else for (const request of message) queue.push(request);
}

function enqueueReceived(): void {
  for (;;) {
    const received: { readonly message: ToWorker } | undefined = receiveMessageOnPort(port);
    if (received === undefined) return;
    enqueue(received.message);
  }
}

function send(message: FromWorker): void {
  port.postMessage(message);
}
