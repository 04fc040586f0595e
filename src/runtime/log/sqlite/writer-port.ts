import type { LogEvent } from '../event.ts';
import type { DiskState, Request, Response } from './protocol.ts';

/** A connection between a process that writes and the process that has the writer. Messages can be sent as JSON. */
export interface WriterPort<Sent, Received> {
  /** Keeps the order. A message that cannot be sent is lost, and `closed` resolves. */
  send(message: Sent): void;
  /** Call it once. */
  listen(listener: (message: Received) => void): void;
  /** Resolves when the other process is gone. */
  readonly closed: Promise<void>;
}

/** 'join' is sent once, as the first message, and is answered with the state of the disk. */
export type ToHost = 'join' | readonly Request[] | Appended;

export type FromHost =
  | readonly Response[]
  | DiskState
  | Appended
  /** The writer has failed, for this reason: nothing will be answered anymore. */
  | { readonly failed: string };

/** The events that a process has appended, for all others. */
export interface Appended {
  readonly appended: readonly LogEvent[];
}
