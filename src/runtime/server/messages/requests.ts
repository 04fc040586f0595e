import type { MessageDescriptor } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import { type CorrelationId, readCorrelationId } from '../../shared/identify-message.ts';

export interface Question {
  /** Names of the messages that answer. */
  readonly replies: readonly string[];
  /** Undefined where it has none, or where no answer has one: then answers come in order. */
  readonly id: CorrelationId | undefined;
  readonly timeoutMs: number;
}

export interface Answer {
  readonly message: MessageDescriptor;
  readonly value: unknown;
}

interface Entry extends Question {
  /** Null once nobody waits any more. */
  answer: PromiseWithResolvers<Answer> | null;
  readonly timer: NodeJS.Timeout;
}

const maxEntries = 100;

/**
 * What the server has asked one client and has no answer to. A question that is no longer waited for
 * keeps its place: its answer may still come, and is neither a mistake of the client's nor the answer
 * to the next question.
 */
export class Requests {
  readonly #entries = new Set<Entry>();
  #lastNumber = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** A number that no question of this connection has had from here. */
  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  /**
   * Notes a question; it is up to the caller to send it. The promise is rejected with `unavailable` where
   * no answer comes in time, or can come any more.
   *
   * @throws PostedError `too_many_requests` where the client owes too many answers, and `internal`
   * where it already owes one with this id
   */
  add(question: Question): Promise<Answer> {
    const { id, timeoutMs } = question;
    if (id !== undefined && this.#entries.values().some((entry) => entry.id === id)) {
      throw PostedError.from(new Error('a request with this correlation id is waiting for its answer'));
    }
    if (this.#entries.size >= maxEntries && !this.#forgetOne()) {
      throw new PostedError('too_many_requests', 'The client owes too many answers.');
    }
    const answer = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => {
      entry.answer = null;
      answer.reject(new PostedError('unavailable', 'The client did not answer in time.'));
    }, timeoutMs);
    timer.unref();
    const entry: Entry = { ...question, answer, timer };
    this.#entries.add(entry);
    return answer.promise;
  }

  /** Hands an answer to whoever waits for it; false where nobody asked. */
  answer(answer: Answer): boolean {
    const { message, value } = answer;
    const id = message.correlationId && readCorrelationId(value, message.correlationId);
    const entry = this.#entries
      .values()
      .find(
        (candidate) =>
          candidate.replies.includes(message.name) &&
          (candidate.id === undefined || message.correlationId === undefined || candidate.id === id),
      );
    if (entry === undefined) return false;
    this.#remove(entry);
    entry.answer?.resolve(answer);
    return true;
  }

  /** No answer can come any more. */
  end(): void {
    for (const entry of this.#entries) {
      this.#remove(entry);
      entry.answer?.reject(new PostedError('unavailable', 'The connection has ended.'));
    }
  }

  /** Makes room by what is known by its id and no longer waited for; nothing shifts when it is gone. */
  #forgetOne(): boolean {
    const entry = this.#entries
      .values()
      .find((candidate) => candidate.answer === null && candidate.id !== undefined);
    if (entry !== undefined) this.#remove(entry);
    return entry !== undefined;
  }

  #remove(entry: Entry): void {
    clearTimeout(entry.timer);
    this.#entries.delete(entry);
  }
}
