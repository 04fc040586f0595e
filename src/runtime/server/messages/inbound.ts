import type { CloseCode } from '../../shared/close-codes.ts';
import { PostedError } from '../../shared/errors.ts';
import type { Connection } from '../handlers.ts';
import type { Answer } from './requests.ts';

/** A connection as those see it who read what it receives. */
export interface ReceivingConnection extends Connection<unknown> {
  /** The code that this side closed with, if it did. */
  readonly closing: CloseCode | null;
  /** Whether its client owes an answer. */
  readonly isAsked: boolean;
  /** Whether it may have to do with what asks for `permit`; with what asks for nothing, it may. */
  may(permit: string | undefined): boolean;
  /** Hands over what may be an answer; false where nobody asked. */
  answer(answer: Answer): boolean;
}

/** Handles a message that was read. */
export type Task = () => void | Promise<void>;

/** What happens to the messages of a channel's connections. */
export interface InboundOptions {
  /**
   * Reads one message and says how to handle it, if there is more to do; what either throws closes
   * the connection.
   */
  dispatch(connection: ReceivingConnection, data: Buffer, isBinary: boolean): Task | null;
  /** Told of what it throws that is no PostedError, before the connection closes. */
  onFailure(connection: ReceivingConnection, error: PostedError): void;
}

/** A socket that can be told to stop reading. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/** Messages that may wait for the one that is being handled, while answers are read past them. */
const maxWaiting = 16;

/** The inbound side of a connection: it handles one message at a time, in order. */
export class Inbound {
  readonly #connection: ReceivingConnection;
  readonly #webSocket: Pausable;
  readonly #options: InboundOptions;
  #handling: Promise<void> | null = null;
  #waiting = 0;

  constructor(connection: ReceivingConnection, webSocket: Pausable, options: InboundOptions) {
    this.#connection = connection;
    this.#webSocket = webSocket;
    this.#options = options;
  }

  receive(data: Buffer, isBinary: boolean): void {
    if (this.#connection.closing !== null) return;
    const task = this.#read(data, isBinary);
    if (task === null) return;
    if (this.#handling === null) {
      const handled = this.#handle(task);
      // A handler that returns nothing is free to return anything (TypeScript's `void`).
      if (handled instanceof Promise) this.#await(handled);
    } else {
      this.#waiting += 1;
      this.#await(
        this.#handling.then(() => {
          this.#waiting -= 1;
          return this.#handle(task);
        }),
      );
    }
  }

  /** Read at once, also while another message is handled: that one may be waiting for this answer. */
  #read(data: Buffer, isBinary: boolean): Task | null {
    try {
      return this.#options.dispatch(this.#connection, data, isBinary);
    } catch (thrown) {
      return () => this.#fail(thrown);
    }
  }

  #handle(task: Task): void | Promise<void> {
    if (this.#connection.closing !== null) return;
    try {
      return task();
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #await(handled: Promise<void>): void {
    const settled = handled
      .catch((thrown: unknown) => this.#fail(thrown))
      .then(() => {
        if (this.#handling !== settled) return;
        this.#handling = null;
        this.regulate();
      });
    this.#handling = settled;
    this.regulate();
  }

  /**
   * While a handler works, nothing more is read: a client that sends faster is slowed down by TCP.
   * A client that was asked something is read on, for it may be its answer that the handler waits for.
   */
  regulate(): void {
    const { closing, isAsked } = this.#connection;
    const isBusy = this.#handling !== null && !(isAsked && this.#waiting < maxWaiting);
    if (isBusy && closing === null) this.#webSocket.pause();
    else this.#webSocket.resume();
  }

  #fail(thrown: unknown): void {
    const error = PostedError.from(thrown);
    if (error.code === 'internal') this.#options.onFailure(this.#connection, error);
    const code = closeCodeOf(error);
    this.#connection.close(code, code === 'internalError' ? undefined : error.message);
  }
}

function closeCodeOf(error: PostedError): CloseCode {
  switch (error.code) {
    case 'internal':
      return 'internalError';
    case 'unavailable':
    case 'too_many_requests':
      return 'tryAgainLater';
    case 'unauthorized':
      return 'unauthorized';
    case 'forbidden':
      return 'forbidden';
    case 'unsupported_media_type':
      return 'unsupportedData';
    default:
      return 'badMessage';
  }
}
