import type { ChannelDescriptor, OperationDescriptor } from '../shared/descriptor.ts';
import type { CorrelationId } from '../shared/identify-message.ts';
import { PostedClientError } from './client-error.ts';
import { identify, idOf } from './correlate.ts';
import { encodeMessage, type Received, tellValue } from './messages.ts';
import { atLeast } from './settings.ts';
import type { Frame } from './socket.ts';

export interface RequestOptions {
  /** How long to wait for the answer. Default: 10,000. */
  readonly timeoutMs?: number;
  /** Aborting it ends the wait: the promise is rejected with its reason. */
  readonly signal?: AbortSignal;
}

interface Question {
  readonly frame: Frame;
  /** Names of the messages that answer. */
  readonly replies: readonly string[];
  /** Undefined where questions have none, or answers: then answers come in order. */
  readonly id: CorrelationId | undefined;
}

interface Entry extends Question {
  /** Null once nobody waits any more. */
  waiting: PromiseWithResolvers<Received> | null;
}

/** How many answers the server may owe. */
const maxEntries = 1_024;

/**
 * What the client has asked on one connection after the other. A question that is no longer waited for
 * keeps its place until the connection ends: its answer may still come, and is not the next one's.
 */
export class Requests {
  readonly #channel: ChannelDescriptor;
  readonly #entries = new Set<Entry>();
  #lastNumber = 0;

  constructor(channel: ChannelDescriptor) {
    this.#channel = channel;
  }

  /** Sends a question, and waits for what answers it: a value, or one of several with its name. */
  async ask(
    operation: string,
    message: unknown,
    { timeoutMs = 10_000, signal }: RequestOptions,
    send: (frame: Frame) => void,
  ): Promise<unknown> {
    atLeast(1, 'timeoutMs', timeoutMs);
    signal?.throwIfAborted();
    const question = this.#write(operation, message);
    if (this.#entries.size >= maxEntries && !this.#forgetOne()) {
      throw new PostedClientError('send_buffer_full', `The server owes ${maxEntries} answers.`);
    }
    send(question.frame);
    const { name, message: answer } = await this.#wait(question, timeoutMs, signal);
    return question.replies.length === 1 ? answer : { message: name, payload: answer };
  }

  /** Hands an answer to whoever waits for it; false where nobody asked. */
  settle(received: Received): boolean {
    const id = idOf(
      this.#channel.send.find(({ name }) => name === received.name),
      received.message,
    );
    const entry = this.#entries
      .values()
      .find(
        (candidate) =>
          candidate.replies.includes(received.name) && (candidate.id === undefined || candidate.id === id),
      );
    if (entry === undefined) return false;
    this.#entries.delete(entry);
    entry.waiting?.resolve(received);
    return true;
  }

  /** No answer can come any more. */
  end(error: PostedClientError): void {
    for (const { waiting } of this.#entries) waiting?.reject(error);
    this.#entries.clear();
  }

  #write(name: string, message: unknown): Question {
    const { operations, receive, send } = this.#channel;
    const operation = operations.find((candidate) => candidate.name === name && isRequest(candidate));
    if (operation === undefined) {
      throw new PostedClientError('bad_message', `The channel has no operation ${name} that answers.`);
    }
    const replies = operation.reply ?? [];
    const asked = tellValue(
      receive.filter((candidate) => operation.messages.includes(candidate.name)),
      message,
    );
    if (asked === undefined) {
      const names = operation.messages.join(', ');
      throw new PostedClientError('bad_message', `The message is none of the operation's (${names}).`);
    }
    this.#lastNumber += 1;
    const question = identify(asked, message, this.#lastNumber);
    const frame = encodeMessage(this.#channel, asked.name, question);
    const areCorrelated = send
      .filter((candidate) => replies.includes(candidate.name))
      .every(({ correlationId }) => correlationId !== undefined);
    return { frame, replies, id: areCorrelated ? idOf(asked, question) : undefined };
  }

  async #wait(question: Question, timeoutMs: number, signal: AbortSignal | undefined): Promise<Received> {
    const waiting = Promise.withResolvers<Received>();
    const entry: Entry = { ...question, waiting };
    const giveUp = (reason: unknown) => {
      entry.waiting = null;
      waiting.reject(reason);
    };
    const timer = setTimeout(
      () => giveUp(new PostedClientError('timeout', `No answer in ${timeoutMs} ms.`)),
      timeoutMs,
    );
    const abort = () => giveUp(signal?.reason);
    signal?.addEventListener('abort', abort);
    this.#entries.add(entry);
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Makes room by what is known by its id and no longer waited for. */
  #forgetOne(): boolean {
    const entry = this.#entries.values().find(({ waiting, id }) => waiting === null && id !== undefined);
    return entry !== undefined && this.#entries.delete(entry);
  }
}

function isRequest({ action, reply }: OperationDescriptor): boolean {
  return action === 'receive' && reply !== undefined;
}
