import type { CloseCode } from '../../shared/close-codes.ts';
import { PostedError } from '../../shared/errors.ts';
import type { Connection } from '../handlers.ts';
import type { Answer } from './requests.ts';

/** The part of a connection that the inbound side uses. */
export interface ReceivingConnection extends Connection<unknown> {
  /** The code that this side closed with, if it did. */
  readonly closing: CloseCode | null;
  /** Whether a request to its client is pending. */
  readonly isAsked: boolean;
  /** Whether its credentials include `permit`; undefined is always allowed. */
  may(permit: string | undefined): boolean;
  /** Hands over a possible answer; false if no request is waiting for it. */
  answer(answer: Answer): boolean;
}

/** Handles a message that was read. */
export interface Task {
  /** The operation of the message; undefined if the message was refused before it had one. */
  readonly operation: string | undefined;
  run(): void | Promise<void>;
}

/** How the messages of a channel's connections are handled. */
export interface InboundOptions {
  /** Reads one message and returns how to handle it, if anything is left to do. If either throws, the connection closes. */
  dispatch(connection: ReceivingConnection, data: Buffer, isBinary: boolean): Task | null;
  /** Called for every `internal` error, before the connection closes. */
  onFailure(connection: ReceivingConnection, error: PostedError, operation: string | undefined): void;
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
      // A handler of type `void` may return anything.
      if (handled instanceof Promise) this.#await(handled, task);
    } else {
      this.#waiting += 1;
      this.#await(
        this.#handling.then(() => {
          this.#waiting -= 1;
          return this.#handle(task);
        }),
        task,
      );
    }
  }

  /** Reads immediately, even while another message is handled, because its handler may be waiting for this answer. */
  #read(data: Buffer, isBinary: boolean): Task | null {
    try {
      return this.#options.dispatch(this.#connection, data, isBinary);
    } catch (thrown) {
      return { operation: undefined, run: () => this.#fail(thrown, undefined) };
    }
  }

  #handle(task: Task): void | Promise<void> {
    if (this.#connection.closing !== null) return;
    try {
      return task.run();
    } catch (thrown) {
      this.#fail(thrown, task.operation);
    }
  }

  #await(handled: Promise<void>, { operation }: Task): void {
    const settled = handled
      .catch((thrown: unknown) => this.#fail(thrown, operation))
      .then(() => {
        if (this.#handling !== settled) return;
        this.#handling = null;
        this.regulate();
      });
    this.#handling = settled;
    this.regulate();
  }

  /**
   * While a handler works, nothing more is read, so TCP slows down a client that sends faster. With a request
   * pending, reading goes on, because the handler may be waiting for its answer.
   */
  regulate(): void {
    const { closing, isAsked } = this.#connection;
    const isBusy = this.#handling !== null && !(isAsked && this.#waiting < maxWaiting);
    if (isBusy && closing === null) this.#webSocket.pause();
    else this.#webSocket.resume();
  }

  #fail(thrown: unknown, operation: string | undefined): void {
    const error = PostedError.from(thrown);
    if (error.code === 'internal') this.#options.onFailure(this.#connection, error, operation);
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
