import type { WriteBytes } from './standard-error.ts';

/** The most that waits to be written, in bytes. Further records are dropped until there is room. */
const maxBufferedBytes = 1_048_576;

/**
 * The most that is written at once, in bytes, except for a single longer record. Linux keeps writes of this size
 * to a pipe whole (PIPE_BUF), so that records of several workers do not mix.
 */
const maxWriteBytes = 4096;

const newline = 0x0a;

export interface LogBufferOptions {
  readonly write: WriteBytes;
  /** Called when writing works again after records were dropped, with the number dropped since the start. */
  readonly onRecovered: (droppedRecords: number) => void;
}

/**
 * Holds log records until they are written, in a bounded amount of memory. `write` returns at once and never
 * throws. Records that do not fit, or whose writing fails, are counted and dropped.
 */
export class LogBuffer {
  readonly #options: LogBufferOptions;
  readonly #waiting: string[] = [];
  /** Waiting or being written. */
  #bufferedBytes = 0;
  #isWriting = false;
  /** Whether a failed write has left the beginning of a record without its end. */
  #isTorn = false;
  #droppedRecords = 0;
  #reportedRecords = 0;

  constructor(options: LogBufferOptions) {
    this.#options = options;
  }

  /** Since the start. */
  get droppedRecords(): number {
    return this.#droppedRecords;
  }

  /** `record` ends with its only newline. */
  write(record: string): void {
    const bytes = Buffer.byteLength(record);
    if (this.#bufferedBytes + bytes > maxBufferedBytes) {
      this.#droppedRecords += 1;
      return;
    }
    this.#bufferedBytes += bytes;
    this.#waiting.push(record);
    if (!this.#isWriting) void this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = Buffer.from(this.#takeBatch());
      const isWritten = await this.#writeBatch(batch);
      this.#bufferedBytes -= batch.length;
      if (isWritten && this.#waiting.length === 0 && this.#droppedRecords > this.#reportedRecords) {
        this.#reportedRecords = this.#droppedRecords;
        this.#options.onRecovered(this.#droppedRecords);
      }
    }
    this.#isWriting = false;
  }

  #takeBatch(): string {
    let count = 0;
    let bytes = 0;
    for (const record of this.#waiting) {
      bytes += Buffer.byteLength(record);
      if (count > 0 && bytes > maxWriteBytes) break;
      count += 1;
    }
    return this.#waiting.splice(0, count).join('');
  }

  async #writeBatch(batch: Buffer): Promise<boolean> {
    let written = 0;
    try {
      if (this.#isTorn) await this.#options.write(Buffer.of(newline));
      this.#isTorn = false;
      while (written < batch.length) written += await this.#options.write(batch.subarray(written));
      return true;
    } catch {
      // Each record has one newline, at its end.
      this.#droppedRecords += batch.subarray(written).filter((byte) => byte === newline).length;
      this.#isTorn ||= written > 0 && batch[written - 1] !== newline;
      return false;
    }
  }
}
