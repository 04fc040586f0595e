import type { PostedError } from '../../shared/errors.ts';
import type { CorrelationId } from '../../shared/identify-message.ts';
import type { LimitCheck, Wait } from '../../shared/limits/limiter.ts';
import type { WebSocketConnection } from '../connection/connection.ts';
import type { HandlerCall, Task } from '../connection/handler-call.ts';
import type { Replies } from './reply.ts';

/** Handles a message of a `receive` operation: a member of the application's handlers. */
export type MessageHandler = (message: unknown, context: HandlerContext) => unknown;

/** How to handle one message of a `receive` operation. */
export interface Receiver {
  readonly operation: string;
  /** The permit that a connection needs to send the message. */
  readonly permit: string | undefined;
  /** Undefined if clients may send it as often as they like. */
  readonly limit: LimitCheck | undefined;
  readonly handler: MessageHandler;
  /** Null for an operation without a reply. */
  readonly answers: Answers | null;
}

/** How the requests of an operation are answered. */
export interface Answers {
  readonly replies: Replies;
  /** Null if its clients could not tell an error from a reply; an error then closes the connection. */
  readonly sendError:
    | ((connection: WebSocketConnection, id: CorrelationId | undefined, error: PostedError) => void)
    | null;
}

/** The second argument of a handler: a view of its connection, see `Context`. */
export class HandlerContext {
  readonly connection: WebSocketConnection;
  readonly reply: object | undefined;
  readonly #call: HandlerCall;

  constructor(connection: WebSocketConnection, call: HandlerCall, reply: object | undefined) {
    this.connection = connection;
    this.reply = reply;
    this.#call = call;
  }

  get user(): unknown {
    return this.connection.user;
  }

  get state(): unknown {
    return this.connection.state;
  }

  get params(): object {
    return this.connection.params;
  }

  get query(): object {
    return this.connection.query;
  }

  get headers(): object {
    return this.connection.headers;
  }

  get room(): object {
    return this.connection.room;
  }

  get requestId(): string {
    return this.#call.requestId;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }
}

/** A valid message for a handler. */
export class MessageTask implements Task {
  readonly #connection: WebSocketConnection;
  readonly #receiver: Receiver;
  readonly #value: unknown;
  readonly #id: CorrelationId | undefined;

  constructor(
    connection: WebSocketConnection,
    receiver: Receiver,
    value: unknown,
    id: CorrelationId | undefined,
  ) {
    this.#connection = connection;
    this.#receiver = receiver;
    this.#value = value;
    this.#id = id;
  }

  get operation(): string {
    return this.#receiver.operation;
  }

  get isRequest(): boolean {
    return this.#receiver.answers !== null && this.#receiver.answers.sendError !== null;
  }

  run(call: HandlerCall): void | Promise<void> {
    const { handler, answers } = this.#receiver;
    if (answers === null) {
      return handler(this.#value, new HandlerContext(this.#connection, call, undefined)) as Promise<void>;
    }
    const context = new HandlerContext(this.#connection, call, answers.replies.functionsFor(call));
    const returned = handler(this.#value, context);
    if (!(returned instanceof Promise)) return this.#reply(answers.replies, returned, call);
    return returned.then((value: unknown) => this.#reply(answers.replies, value, call));
  }

  answerError(error: PostedError): void {
    this.#receiver.answers?.sendError?.(this.#connection, this.#id, error);
  }

  #reply(replies: Replies, returned: unknown, call: HandlerCall): void {
    // A late reply was answered for.
    if (!call.isAborted) this.#connection.sendEncoded(replies.encode(returned, call, this.#id));
  }
}

/** A message that waits for the count of its limits, and becomes another task then. */
export class LimitedTask implements Task {
  readonly operation: string;
  readonly isRequest: boolean;
  readonly #wait: Promise<Wait>;
  readonly #proceed: (wait: Wait) => Task;
  #task: Task | null = null;

  constructor({ operation, answers }: Receiver, wait: Promise<Wait>, proceed: (wait: Wait) => Task) {
    this.operation = operation;
    this.isRequest = answers?.sendError != null;
    this.#wait = wait;
    this.#proceed = proceed;
  }

  async run(call: HandlerCall): Promise<void> {
    this.#task = this.#proceed(await this.#wait);
    await this.#task.run(call);
  }

  answerError(error: PostedError): void {
    this.#task?.answerError(error);
  }
}

/** A request that is answered with an error when it is its turn. */
export class RefusedRequest implements Task {
  readonly operation: string | undefined;
  readonly isRequest = true;
  readonly answerError: (error: PostedError) => void;
  readonly #error: PostedError;

  constructor(operation: string | undefined, error: PostedError, answerError: (error: PostedError) => void) {
    this.operation = operation;
    this.#error = error;
    this.answerError = answerError;
  }

  run(): never {
    throw this.#error;
  }
}
