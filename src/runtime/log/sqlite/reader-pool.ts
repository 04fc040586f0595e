import { Worker } from 'node:worker_threads';
import { PostedError } from '../../shared/errors.ts';
import { toError } from './failure.ts';
import type { ReaderData, ReadRequest, ReadResponse, Rows } from './reader-protocol.ts';
import { workerUrl } from './worker-url.ts';

export interface ReaderPoolOptions {
  readonly path: string;
  readonly threads: number;
  /** How many reads a thread is sent at a time: above 1 only for reads that are all quick. */
  readonly readsPerThread: number;
  /** Whether other threads get the CPU first, where the system can tell threads apart. Default: false. */
  readonly isLowPriority?: boolean;
  /** How long a read may wait and run. */
  readonly deadlineMs: number;
  readonly onError: (cause: Error) => void;
}

interface Read {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number;
  readonly resolve: (rows: Rows) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The reads are in arrays because they hold the rows that they found. The table that a map or a set has outgrown keeps its
 * entries; once it is among the old objects, they survive until the next full collection, which is far away.
 */
interface Thread {
  readonly worker: Worker;
  /** In the order in which they were sent, which is also that of their responses. */
  readonly reads: Read[];
}

/** SQLite cannot interrupt a query here, so a thread is left to it. This many may be left at a time. */
const maxAbandoned = 4;

/**
 * Threads with read-only connections. A read that waits or runs for too long rejects; the thread that runs it is
 * replaced, and ends once the query does.
 */
export class ReaderPool {
  readonly #options: ReaderPoolOptions;
  readonly #queue: Read[] = [];
  readonly #threads = new Set<Thread>();
  readonly #abandoned = new Set<Worker>();
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: ReaderPoolOptions) {
    this.#options = options;
  }

  /**
   * Sees everything that was committed before the call. A read whose signal is aborted while it waits is not run, and
   * finds nothing: Kysely has rejected its caller already, and reports later failures on the console.
   *
   * @throws PostedError `unavailable` after the deadline, or when the pool is closed
   */
  read(sql: string, parameters: readonly unknown[], signal?: AbortSignal): Promise<Rows> {
    if (this.#isClosed) return Promise.reject(new PostedError('unavailable', 'The log is closed.'));
    const { promise, resolve, reject } = Promise.withResolvers<Rows>();
    const deadlineMs = performance.now() + this.#options.deadlineMs;
    const read: Read = { sql, parameters, signal, deadlineMs, resolve, reject };
    this.#queue.push(read);
    this.#dispatch();
    this.#schedule();
    return promise;
  }

  /** Call it when no read is pending. Threads that run an abandoned query end with it, or with the process. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const threads = [...this.#threads];
    this.#threads.clear();
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  #dispatch(): void {
    for (let read = this.#queue[0]; read !== undefined; read = this.#queue[0]) {
      const isUnwanted = read.signal?.aborted === true;
      const thread = isUnwanted ? null : this.#freeThread();
      if (!isUnwanted && thread === null) return;
      this.#queue.shift();
      if (thread === null) read.resolve([]);
      else this.#send(thread, read);
    }
  }

  #send({ worker, reads }: Thread, read: Read): void {
    reads.push(read);
    const request: ReadRequest = { sql: read.sql, parameters: read.parameters };
    const port = worker;
    port.postMessage(request);
  }

  /** The one with the fewest reads; null if all are busy. */
  #freeThread(): Thread | null {
    const { threads, readsPerThread } = this.#options;
    let free: Thread | null = null;
    for (const thread of this.#threads) {
      if (thread.reads.length < (free?.reads.length ?? readsPerThread)) free = thread;
    }
    const mayStart = this.#threads.size < threads && this.#abandoned.size < maxAbandoned;
    return mayStart && free?.reads.length !== 0 ? this.#start() : free;
  }

  #start(): Thread {
    const { path, isLowPriority = false } = this.#options;
    const workerData: ReaderData = { path, isLowPriority };
    const worker = new Worker(workerUrl('reader-worker'), { name: 'posted-reader', workerData });
    const thread: Thread = { worker, reads: [] };
    this.#threads.add(thread);
    worker.on('message', (response: ReadResponse) => {
      const read = thread.reads.shift();
      if ('failure' in response) read?.reject(toError(response.failure));
      else read?.resolve(response.rows);
      this.#dispatch();
    });
    worker.on('error', (cause: Error) => {
      this.#threads.delete(thread);
      if (!this.#isClosed) this.#options.onError(cause);
      for (const read of thread.reads.splice(0))
        read.reject(new PostedError('unavailable', 'The database cannot be read now.', { cause }));
    });
    worker.on('exit', () => {
      this.#threads.delete(thread);
      this.#abandoned.delete(worker);
      if (!this.#isClosed) this.#dispatch();
    });
    return thread;
  }

  /** Checks the deadlines when the first one is over. */
  #schedule(): void {
    if (this.#timer !== null || this.#isClosed) return;
    const reads = [...this.#queue, ...[...this.#threads].flatMap((thread) => thread.reads)];
    if (reads.length === 0) return;
    const next = Math.min(...reads.map(({ deadlineMs }) => deadlineMs));
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#enforceDeadlines();
        this.#schedule();
      },
      Math.max(1, next - performance.now()),
    );
  }

  #enforceDeadlines(): void {
    const nowMs = performance.now();
    const inTime = this.#queue.findIndex(({ deadlineMs }) => deadlineMs > nowMs);
    for (const read of this.#queue.splice(0, inTime === -1 ? this.#queue.length : inTime)) endLate(read);
    for (const thread of this.#threads) {
      const [running] = thread.reads;
      if (running === undefined || running.deadlineMs > nowMs) continue;
      this.#abandon(thread, running);
    }
    this.#dispatch();
  }

  #abandon(thread: Thread, running: Read): void {
    this.#threads.delete(thread);
    this.#abandoned.add(thread.worker);
    void thread.worker.terminate();
    thread.worker.unref();
    const [, ...others] = thread.reads.splice(0);
    endLate(running);
    this.#queue.unshift(...others);
  }
}

function endLate({ signal, resolve, reject }: Read): void {
  const error = new PostedError('unavailable', 'The request took too long. Try again later.', {
    retryAfterMs: 1000,
  });
  if (signal?.aborted === true) resolve([]);
  else reject(error);
}
