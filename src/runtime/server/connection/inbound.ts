import type { CloseCode } from '../../shared/close-codes.ts';
import type { MessageDescriptor } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import type { Deadlines } from './deadlines.ts';
import { type CallOwner, HandlerCall, type Task } from './handler-call.ts';
import { MessageBudget } from './message-budget.ts';

/** A message with the descriptor that it was identified by. */
export interface ReceivedMessage {
  readonly message: MessageDescriptor;
  readonly value: unknown;
}

/** The part of a connection that handling its messages needs. */
export interface ReceivingConnection {
  readonly id: string;
  /** The code that this side closed the connection with, or null. */
  readonly closing: CloseCode | null;
  /** Whether the credentials include `permit`; undefined is always allowed. */
  hasPermit(permit: string | undefined): boolean;
  /** Resolves the pending request that a message replies to; false if there is none. */
  resolveRequest(reply: ReceivedMessage): boolean;
  close(code: CloseCode, reason?: string): void;
}

/** How the messages of a channel's connections are handled. */
export interface InboundOptions<Connection> {
  /** How many messages of a connection are handled at the same time. */
  readonly concurrency: number;
  /** How many messages a connection may send in a second before it is closed; 0: as many as it likes. */
  readonly maxMessagesPerSecond: number;
  /** How long a handler may take to answer a request. */
  readonly requestTimeoutMs: number;
  /** The requests of all connections that share these options. */
  readonly deadlines: Deadlines<HandlerCall>;
  /**
   * Reads one message and returns how to handle it, or null if it is done. A PostedError that it throws closes the
   * connection.
   */
  dispatch(connection: Connection, data: Buffer, isBinary: boolean): Task | null;
  /** Called for every `internal` error. */
  onFailure(
    connection: Connection,
    requestId: string,
    error: PostedError,
    operation: string | undefined,
  ): void;
  /** Called after each message of an operation, and undefined if nobody needs to know. */
  readonly onHandled: ((connection: Connection, requestId: string, handled: Handled) => void) | undefined;
}

export interface Handled {
  readonly operation: string;
  /** Undefined after success. */
  readonly error: PostedError | undefined;
  readonly ms: number;
}

/** A socket that can stop reading. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/** How many messages may be queued behind those in progress before nothing more is read. */
const maxQueued = 16;

/** The inbound side of a connection: it starts to handle messages in their order, `concurrency` at a time. */
export class Inbound<Connection extends ReceivingConnection> implements CallOwner {
  readonly #connection: Connection;
  readonly #webSocket: Pausable;
  readonly #options: InboundOptions<Connection>;
  /** In no order. A list, because a Set whose members come and go leaves garbage behind. */
  readonly #calls: HandlerCall[] = [];
  readonly #queue: Task[] = [];
  readonly #budget: MessageBudget | null;
  #count = 0;
  #isPaused = false;
  #onEnd: (() => void) | null = null;

  constructor(connection: Connection, webSocket: Pausable, options: InboundOptions<Connection>) {
    this.#connection = connection;
    this.#webSocket = webSocket;
    this.#options = options;
    const { maxMessagesPerSecond } = options;
    this.#budget = maxMessagesPerSecond === 0 ? null : new MessageBudget(maxMessagesPerSecond);
  }

  get id(): string {
    return this.#connection.id;
  }

  receive(data: Buffer, isBinary: boolean): void {
    if (this.#connection.closing !== null) return;
    if (this.#budget?.take() === false) {
      this.#connection.close('tooManyRequests');
      return;
    }
    const task = this.#read(data, isBinary);
    if (task === null) return;
    if (!this.#isBusy) {
      this.#start(task);
    } else {
      this.#queue.push(task);
      this.#updateFlow();
    }
  }

  /** The message that is handled now does not count as sent by the client. */
  uncount(): void {
    this.#budget?.giveBack();
  }

  /** This side closes the connection: aborts the signals of handlers, and drops the queued messages. */
  abort(): void {
    this.#queue.length = 0;
    for (const call of this.#calls) call.abort();
    this.#reportEnd();
  }

  /**
   * The peer has closed the connection. Calls back once everything that it sent before is handled, and in any case after
   * the time that a handler has for a request.
   */
  end(onEnd: () => void): void {
    this.#onEnd = onEnd;
    for (const call of this.#calls) call.abort();
    if (this.#isIdle) this.#reportEnd();
    else setTimeout(() => this.abort(), this.#options.requestTimeoutMs).unref();
  }

  #reportEnd(): void {
    const onEnd = this.#onEnd;
    this.#onEnd = null;
    onEnd?.();
  }

  /**
   * Pauses or resumes reading. A client that sends faster than the handlers work is slowed down by TCP. Up to then,
   * reading continues: a handler may be waiting for a reply, and the end of the connection must be noticed.
   */
  #updateFlow(): void {
    const isFull = this.#queue.length >= maxQueued;
    if (isFull === this.#isPaused) return;
    this.#isPaused = isFull;
    if (isFull) this.#webSocket.pause();
    else this.#webSocket.resume();
  }

  get #isIdle(): boolean {
    return this.#queue.length === 0 && this.#calls.length === 0;
  }

  get #isBusy(): boolean {
    return this.#calls.length >= this.#options.concurrency;
  }

  /** Reads immediately, even while the handlers are busy, because one of them may be waiting for this reply. */
  #read(data: Buffer, isBinary: boolean): Task | null {
    try {
      return this.#options.dispatch(this.#connection, data, isBinary);
    } catch (thrown) {
      return refusal(PostedError.from(thrown));
    }
  }

  #start(task: Task): void {
    this.#count += 1;
    const call = new HandlerCall(task, this, this.#count, performance.now());
    let result: void | Promise<void>;
    try {
      result = task.run(call);
    } catch (thrown) {
      this.#fail(call, thrown);
      return;
    }
    // A handler whose type returns `void` may return anything.
    if (!(result instanceof Promise)) {
      this.#report(call, undefined);
      return;
    }
    this.#calls.push(call);
    if (task.isRequest) this.#options.deadlines.add(call);
    result.then(
      () => this.#settle(call, undefined),
      (thrown: unknown) => this.#settle(call, { thrown }),
    );
  }

  #settle(call: HandlerCall, failure: { readonly thrown: unknown } | undefined): void {
    if (call.isDone) {
      // It was answered for, but its failure must not be lost.
      if (failure !== undefined) this.#log(call, PostedError.from(failure.thrown));
      return;
    }
    this.#options.deadlines.remove(call);
    this.#finish(call);
    if (failure === undefined) this.#report(call, undefined);
    else this.#fail(call, failure.thrown);
    this.#next();
  }

  /** Answers for a handler that is late, and goes on without it. */
  onLate(call: HandlerCall): void {
    const { operation = 'The request' } = call.task;
    const message = `${operation} was not answered within ${this.#options.requestTimeoutMs} ms.`;
    this.#finish(call);
    call.abort();
    this.#fail(call, new PostedError('unavailable', message));
    this.#next();
  }

  #finish(call: HandlerCall): void {
    call.isDone = true;
    const last = this.#calls.pop();
    if (last !== undefined && last !== call) this.#calls[this.#calls.indexOf(call)] = last;
  }

  #next(): void {
    while (!this.#isBusy) {
      const task = this.#queue.shift();
      if (task === undefined || this.#connection.closing !== null) break;
      this.#start(task);
    }
    this.#updateFlow();
    if (this.#isIdle) this.#reportEnd();
  }

  #fail(call: HandlerCall, thrown: unknown): void {
    const error = PostedError.from(thrown);
    this.#log(call, error);
    this.#report(call, error);
    if (this.#connection.closing !== null) return;
    if (call.task.isRequest) {
      call.task.answerError(error.code === 'internal' ? internalAnswer(call) : error);
      return;
    }
    const code = closeCodeOf(error);
    this.#connection.close(code, code === 'internalError' ? undefined : error.message);
  }

  #log(call: HandlerCall, error: PostedError): void {
    if (error.code !== 'internal') return;
    this.#options.onFailure(this.#connection, call.requestId, error, call.task.operation);
  }

  #report(call: HandlerCall, error: PostedError | undefined): void {
    const { onHandled } = this.#options;
    const { operation } = call.task;
    if (onHandled === undefined || operation === undefined) return;
    const ms = performance.now() - call.startMs;
    onHandled(this.#connection, call.requestId, { operation, error, ms });
  }
}

/** A message without an operation, which closes the connection once it is its turn. */
function refusal(error: PostedError): Task {
  return {
    operation: undefined,
    isRequest: false,
    run() {
      throw error;
    },
    answerError() {},
  };
}

function internalAnswer({ requestId }: HandlerCall): PostedError {
  return new PostedError('internal', `The server failed. Its log has the cause under ${requestId}.`);
}

function closeCodeOf(error: PostedError): CloseCode {
  switch (error.code) {
    case 'internal':
      return 'internalError';
    case 'unavailable':
    case 'outcome_unknown':
      return 'tryAgainLater';
    case 'too_many_requests':
      return 'tooManyRequests';
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
