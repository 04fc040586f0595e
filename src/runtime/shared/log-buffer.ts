import { fstatSync, write, writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Where a log buffer writes to. */
export interface LogOutput {
  /**
   * Writes without blocking the event loop. Resolves with the number of bytes written, which may be fewer than given;
   * rejects if they cannot be written, as on a full disk.
   */
  write(bytes: Buffer): Promise<number>;
  /** Writes as much as it can while the process exits. */
  writeAtExit(bytes: Buffer): void;
}

export interface LogBufferOptions {
  /** Default: standard error. */
  readonly output?: LogOutput;
  /** How much may wait to be written, in bytes. Further records are dropped until there is room. Default: 1,048,576. */
  readonly maxBufferedBytes?: number;
  /** Called once records can be written again after some were dropped, with the number dropped since the start. */
  readonly onRecovered: (droppedRecords: number) => void;
}

/**
 * The most that is written at once, in bytes, except for a single longer record. Linux writes this much to a pipe
 * atomically (PIPE_BUF), so that the records of several workers do not mix.
 */
const maxWriteBytes = 4096;

const newline = 0x0a;

/**
 * Holds log records until they are written, in a bounded amount of memory. `write` returns at once and never throws.
 * Records that do not fit, or that cannot be written, are counted and dropped. When the process exits, the remaining
 * records are written if that is possible without waiting.
 */
export class LogBuffer {
  readonly #maxBufferedBytes: number;
  readonly #onRecovered: (droppedRecords: number) => void;
  #output: LogOutput | undefined;
  readonly #waiting: string[] = [];
  /** Waiting or being written. */
  #bufferedBytes = 0;
  #isWriting = false;
  /** Whether a failed write has left a line without its end. */
  #isTorn = false;
  #droppedRecords = 0;
  #reportedRecords = 0;

  constructor({ output, maxBufferedBytes = 1_048_576, onRecovered }: LogBufferOptions) {
    this.#output = output;
    this.#maxBufferedBytes = maxBufferedBytes;
    this.#onRecovered = onRecovered;
  }

  /** Since the start. */
  get droppedRecords(): number {
    return this.#droppedRecords;
  }

  /** `record` ends with a newline. */
  write(record: string): void {
    const bytes = Buffer.byteLength(record);
    if (this.#bufferedBytes + bytes > this.#maxBufferedBytes) {
      this.#droppedRecords += 1;
      return;
    }
    this.#bufferedBytes += bytes;
    this.#waiting.push(record);
    if (!this.#isWriting) void this.#writeAll();
  }

  /** Counts a record that the caller could not format. */
  drop(): void {
    this.#droppedRecords += 1;
    if (!this.#isWriting) this.#reportDropped();
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    flushAtExit.add(this.#flush);
    while (this.#waiting.length > 0) {
      const isWritten = await this.#writeBatch(this.#takeBatch());
      if (isWritten && this.#waiting.length === 0) this.#reportDropped();
    }
    this.#isWriting = false;
    flushAtExit.delete(this.#flush);
  }

  #reportDropped(): void {
    if (this.#droppedRecords === this.#reportedRecords) return;
    this.#reportedRecords = this.#droppedRecords;
    this.#onRecovered(this.#droppedRecords);
  }

  #takeBatch(): readonly string[] {
    let count = 0;
    let bytes = 0;
    for (const record of this.#waiting) {
      bytes += Buffer.byteLength(record);
      if (count > 0 && bytes > maxWriteBytes) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #writeBatch(records: readonly string[]): Promise<boolean> {
    const batch = Buffer.from(records.join(''));
    let written = 0;
    try {
      this.#output ??= createStandardError();
      if (this.#isTorn) await this.#output.write(Buffer.of(newline));
      this.#isTorn = false;
      while (written < batch.length) written += await this.#output.write(batch.subarray(written));
      return true;
    } catch {
      let end = 0;
      for (const record of records) {
        end += Buffer.byteLength(record);
        if (end > written) this.#droppedRecords += 1;
      }
      this.#isTorn ||= written > 0 && batch[written - 1] !== newline;
      return false;
    } finally {
      this.#bufferedBytes -= batch.length;
    }
  }

  readonly #flush = (): void => {
    this.#output?.writeAtExit(Buffer.from(this.#waiting.splice(0).join('')));
  };
}

/** The buffers that have records. */
const flushAtExit = new Set<() => void>();

process.on('exit', () => {
  for (const flush of flushAtExit) flush();
});

const fileDescriptor = 2;

/** How long to leave a full terminal alone that another program has made non-blocking. */
const retryMs = 100;

function createStandardError(): LogOutput {
  // A closed pipe also emits an error, which would end the process if nothing listened.
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {});
  const stats = fstatSync(fileDescriptor);
  return stats.isFIFO() || stats.isSocket() ? pipeOutput : fileOutput;
}

/** In a thread, a write to a full pipe would not end until somebody reads, and neither would the process. Node polls. */
const pipeOutput: LogOutput = {
  write: (bytes) =>
    new Promise((resolve, reject) => {
      process.stderr.write(bytes, (error) => {
        if (error) reject(error);
        else resolve(bytes.length);
      });
    }),
  writeAtExit: (bytes) => void process.stderr.write(bytes),
};

/** In a thread, because Node's own stream writes to files and terminals synchronously. */
const fileOutput: LogOutput = {
  write: async (bytes) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    write(fileDescriptor, bytes, (error, written) => {
      if (error === null) resolve(written);
      else if (error.code === 'EAGAIN') resolve(wait(retryMs, 0));
      else reject(error);
    });
    return await promise;
  },
  writeAtExit(bytes) {
    try {
      writeSync(fileDescriptor, bytes);
    } catch {
      // The disk is full.
    }
  },
};
