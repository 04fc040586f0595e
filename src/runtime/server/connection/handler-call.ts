import type { PostedError } from '../../shared/errors.ts';

/** Handles a message that was read. */
export interface Task {
  /** The operation of the message; undefined if the message was refused before its operation was known. */
  readonly operation: string | undefined;
  /** Whether the message is a request: an error is then its answer, and the connection stays open. */
  readonly isRequest: boolean;
  /** Calls the handler and sends its reply, unless the call is aborted by then. */
  run(call: HandlerCall): void | Promise<void>;
  /** Answers a request with an error. */
  answerError(error: PostedError): void;
}

/** The part of a connection that its calls belong to. */
export interface CallOwner {
  readonly id: string;
}

/** One call of a handler. */
export class HandlerCall {
  readonly task: Task;
  /** By `performance.now()`. */
  readonly startMs: number;
  /** The name of the reply that the handler has created. */
  createdReply: string | null = null;
  readonly #connection: CallOwner;
  readonly #number: number;
  #isAborted = false;
  #controller: AbortController | null = null;

  /** `number` counts the messages of the connection. */
  constructor(task: Task, connection: CallOwner, number: number, startMs: number) {
    this.task = task;
    this.startMs = startMs;
    this.#connection = connection;
    this.#number = number;
  }

  /** Identifies the call in logs, errors and audits. */
  get requestId(): string {
    return `${this.#connection.id}/${this.#number}`;
  }

  get isAborted(): boolean {
    return this.#isAborted;
  }

  /** Created on demand, because few handlers use it. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#isAborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort();
  }
}
