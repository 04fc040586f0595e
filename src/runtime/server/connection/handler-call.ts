import type { PostedError } from '../../shared/errors.ts';
import { Expiring } from './deadlines.ts';

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

/** The inbound side of the connection that a call belongs to. */
export interface CallOwner {
  /** The id of the connection. */
  readonly id: string;
  onLate(call: HandlerCall): void;
}

/** One call of a handler. */
export class HandlerCall extends Expiring<HandlerCall> {
  readonly task: Task;
  /** The name of the reply that the handler has created. */
  createdReply: string | null = null;
  /** Whether it is answered, possibly because it is late. */
  isDone = false;
  readonly #owner: CallOwner;
  readonly #number: number;
  #isAborted = false;
  #controller: AbortController | null = null;

  /** `number` counts the messages of the connection. */
  constructor(task: Task, owner: CallOwner, number: number, startMs: number) {
    super(startMs);
    this.task = task;
    this.#owner = owner;
    this.#number = number;
  }

  /** Identifies the call in logs, errors and audits. */
  get requestId(): string {
    return `${this.#owner.id}/${this.#number}`;
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

  override onLate(): void {
    this.#owner.onLate(this);
  }

  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort();
  }
}
