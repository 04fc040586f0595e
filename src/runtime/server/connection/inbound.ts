import type { CloseCode } from '../../shared/close-codes.ts';
import type { MessageDescriptor } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import type { Connection } from '../handlers.ts';

/** A message with the descriptor that it was identified by. */
export interface ReceivedMessage {
  readonly message: MessageDescriptor;
  readonly value: unknown;
}

/** The part of a connection that handling its messages needs. */
export interface ReceivingConnection extends Connection<unknown> {
  /** The code that this side closed the connection with, or null. */
  readonly closing: CloseCode | null;
  readonly hasPendingRequests: boolean;
  /** Whether the credentials include `permit`; undefined is always allowed. */
  hasPermit(permit: string | undefined): boolean;
  /** Resolves the pending request that a message replies to; false if there is none. */
  resolveRequest(reply: ReceivedMessage): boolean;
}

/** Handles a message that was read. */
export interface Task {
  /** The operation of the message; undefined if the message was refused before its operation was known. */
  readonly operation: string | undefined;
  run(): void | Promise<void>;
}

/** How the messages of a channel's connections are handled. */
export interface InboundOptions {
  /** Reads one message and returns how to handle it, or null if it is done. If either throws, the connection closes. */
  dispatch(connection: ReceivingConnection, data: Buffer, isBinary: boolean): Task | null;
  /** Called for every `internal` error, before the connection closes. */
  onFailure(connection: ReceivingConnection, error: PostedError, operation: string | undefined): void;
}

/** A socket that can stop reading. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/** How many messages may be queued behind the one in progress while replies are read. */
const maxQueued = 16;

/** The inbound side of a connection: it handles one message at a time, in order. */
export class Inbound {
  readonly #connection: ReceivingConnection;
  readonly #webSocket: Pausable;
  readonly #options: InboundOptions;
  #inProgress: Promise<void> | null = null;
  #queued = 0;

  constructor(connection: ReceivingConnection, webSocket: Pausable, options: InboundOptions) {
    this.#connection = connection;
    this.#webSocket = webSocket;
    this.#options = options;
  }

  receive(data: Buffer, isBinary: boolean): void {
    if (this.#connection.closing !== null) return;
    const task = this.#read(data, isBinary);
    if (task === null) return;
    if (this.#inProgress === null) {
      const result = this.#run(task);
      // A handler whose type returns `void` may return anything.
      if (result instanceof Promise) this.#await(result, task);
    } else {
      this.#queued += 1;
      this.#await(
        this.#inProgress.then(() => {
          this.#queued -= 1;
          return this.#run(task);
        }),
        task,
      );
    }
  }

  /** Reads immediately, even while a message is in progress, because its handler may be waiting for this reply. */
  #read(data: Buffer, isBinary: boolean): Task | null {
    try {
      return this.#options.dispatch(this.#connection, data, isBinary);
    } catch (thrown) {
      return { operation: undefined, run: () => this.#fail(thrown, undefined) };
    }
  }

  #run(task: Task): void | Promise<void> {
    if (this.#connection.closing !== null) return;
    try {
      return task.run();
    } catch (thrown) {
      this.#fail(thrown, task.operation);
    }
  }

  #await(result: Promise<void>, { operation }: Task): void {
    const settled = result
      .catch((thrown: unknown) => this.#fail(thrown, operation))
      .then(() => {
        if (this.#inProgress !== settled) return;
        this.#inProgress = null;
        this.updateFlow();
      });
    this.#inProgress = settled;
    this.updateFlow();
  }

  /**
   * Pauses or resumes reading. Nothing is read while a handler works, so TCP slows down a client that sends faster;
   * with a request pending, reading continues, because the handler may be waiting for its reply.
   */
  updateFlow(): void {
    const { closing, hasPendingRequests } = this.#connection;
    const isBusy = this.#inProgress !== null && !(hasPendingRequests && this.#queued < maxQueued);
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
