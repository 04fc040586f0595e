import { PostedError } from 'posted/server';
import type { Appended } from '../appended.ts';
import type { Append } from './appends.ts';

/** So that no answer waits for more than this many others of its batch, nor for much more text than this. */
const maxBatch = 256;
const maxBatchCharacters = 1_000_000;

/** Appends all or, when it rejects, none. No two may be about the same key or friendship. */
export type AppendAll = (appends: readonly Append[]) => Promise<readonly Appended[]>;

interface Waiting {
  readonly append: Append;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: while one batch is under way the next gathers, so that the slower the database, the
 * larger the batches. How many may wait is up to whoever lets them in.
 */
export class AppendQueue {
  readonly #appendAll: AppendAll;
  #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(appendAll: AppendAll) {
    this.#appendAll = appendAll;
  }

  add(append: Append): Promise<Appended> {
    const { promise, resolve, reject } = Promise.withResolvers<Appended>();
    this.#waiting.push({ append, resolve, reject });
    if (!this.#isRunning) {
      this.#isRunning = true;
      // What is asked in one turn of the event loop goes into one batch.
      setImmediate(() => void this.#run());
    }
    return promise;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#settle(this.#take());
    this.#isRunning = false;
  }

  /** From the front; what is about the same key or friendship as one before it waits for what becomes of that. */
  #take(): readonly Waiting[] {
    const batch: Waiting[] = [];
    const later: Waiting[] = [];
    const subjects = new Set<string>();
    let looked = 0;
    let characters = 0;
    for (const waiting of this.#waiting) {
      if (batch.length === maxBatch || characters > maxBatchCharacters) break;
      looked += 1;
      const subject = subjectOf(waiting.append);
      if (subjects.has(subject)) {
        later.push(waiting);
        continue;
      }
      subjects.add(subject);
      batch.push(waiting);
      if (waiting.append.kind === 'post') characters += waiting.append.draft.text.length;
    }
    this.#waiting = later.concat(this.#waiting.slice(looked));
    return batch;
  }

  async #settle(batch: readonly Waiting[]): Promise<void> {
    try {
      const appended = await this.#appendAll(batch.map(({ append }) => append));
      for (const [index, each] of appended.entries()) batch[index]?.resolve(each);
    } catch (thrown) {
      if (batch.length === 1 || PostedError.from(thrown).code === 'unavailable') {
        for (const { reject } of batch) reject(thrown);
        return;
      }
      // One that cannot be stored does not take the others with it.
      const middle = batch.length >> 1;
      await this.#settle(batch.slice(0, middle));
      await this.#settle(batch.slice(middle));
    }
  }
}

function subjectOf(append: Append): string {
  if (append.kind !== 'post') return `friend ${append.user} ${append.friend}`;
  const { author, postId, idempotencyKey } = append.draft;
  return idempotencyKey === undefined ? `post ${postId}` : `key ${author} ${idempotencyKey}`;
}
