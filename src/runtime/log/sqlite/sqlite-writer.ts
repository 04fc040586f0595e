import type { OperationName, Operations } from './protocol.ts';

/** The one writer of a database file: in a thread of this process, or in another process. */
export interface SqliteWriter {
  /**
   * Runs an operation. Those of one caller run in the order of their calls, and what is answered is on disk.
   *
   * @throws PostedError `unavailable` if the writer has failed, and `outcome_unknown` if its answer was lost
   */
  request<Name extends OperationName>(
    name: Name,
    input: Operations[Name]['input'],
  ): Promise<Operations[Name]['output']>;
  /** Whether the last write failed for lack of space on the disk. */
  readonly isFull: boolean;
  /** Resolves with the cause if the writer fails or ends before `close` is called. */
  readonly failed: Promise<Error>;
  /** Call it only when no request is pending. */
  close(): Promise<void>;
}
