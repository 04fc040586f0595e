import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { createBatchRunner } from './batches.ts';
import { openDatabase } from './database.ts';
import type { FromWorker, Request, ToWorker, WorkerData } from './protocol.ts';

/** So that no answer waits for more than this many others of its batch. */
const maxBatch = 256;

if (parentPort === null) throw new Error('this file runs in a worker thread');
const port = parentPort;
const { path } = workerData as WorkerData;
const database = openDatabase(path);
const runBatch = createBatchRunner(database, tell);
const queue: Request[] = [];
let isClosing = false;

// While one batch is written the next gathers: the slower the disk, the larger the batches.
port.on('message', (message: ToWorker) => {
  take(message);
  takeWaiting();
  while (queue.length > 0) {
    runBatch(queue.splice(0, maxBatch));
    takeWaiting();
  }
  if (!isClosing) return;
  database.close();
  port.close();
});
tell('open');

function take(message: ToWorker): void {
  if (message === 'close') isClosing = true;
  else for (const request of message) queue.push(request);
}

function takeWaiting(): void {
  for (;;) {
    const waiting: { readonly message: ToWorker } | undefined = receiveMessageOnPort(port);
    if (waiting === undefined) return;
    take(waiting.message);
  }
}

function tell(message: FromWorker): void {
  port.postMessage(message);
}
