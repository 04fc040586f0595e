import { PostedError } from 'posted/server';
import type { AppendResult } from '../engine-store.ts';
import type { Append } from './append-batch.ts';

/** Bound the other appends, and the text, that a response waits for. */
const maxBatch = 256;
const maxBatchCharacters = 1_000_000;

/** Appends all or, if it rejects, none. No two may concern the same key or friendship. */
export type AppendBatch = (appends: readonly Append[]) => Promise<readonly AppendResult[]>;

interface PendingAppend {
  readonly append: Append;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: appends that arrive while a batch is committed form the next one, so the slower the
 * database, the larger the batches. The caller bounds the length of the queue.
 */
export class AppendQueue {
  readonly #appendBatch: AppendBatch;
  #pending: PendingAppend[] = [];
  #isRunning = false;

  constructor(appendBatch: AppendBatch) {
    this.#appendBatch = appendBatch;
  }

  add(append: Append): Promise<AppendResult> {
    const { promise, resolve, reject } = Promise.withResolvers<AppendResult>();
    this.#pending.push({ append, resolve, reject });
    if (!this.#isRunning) {
      this.#isRunning = true;
      // Appends requested in one turn of the event loop share a batch.
      setImmediate(() => void this.#run());
    }
    return promise;
  }

  async #run(): Promise<void> {
    while (this.#pending.length > 0) await this.#settle(this.#takeBatch());
    this.#isRunning = false;
  }

  /** From the front. An append with the key or friendship of an earlier one waits for the next batch. */
  #takeBatch(): readonly PendingAppend[] {
    const batch: PendingAppend[] = [];
    const deferred: PendingAppend[] = [];
    const subjects = new Set<string>();
    let examined = 0;
    let characters = 0;
    for (const pending of this.#pending) {
      if (batch.length === maxBatch || characters > maxBatchCharacters) break;
      examined += 1;
      const subject = subjectOf(pending.append);
      if (subjects.has(subject)) {
        deferred.push(pending);
        continue;
      }
      subjects.add(subject);
      batch.push(pending);
      if (pending.append.kind === 'post') characters += pending.append.draft.text.length;
    }
    this.#pending = deferred.concat(this.#pending.slice(examined));
    return batch;
  }

  async #settle(batch: readonly PendingAppend[]): Promise<void> {
    try {
      const results = await this.#appendBatch(batch.map(({ append }) => append));
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
    } catch (thrown) {
      if (batch.length === 1 || PostedError.from(thrown).code === 'unavailable') {
        for (const { reject } of batch) reject(thrown);
        return;
      }
      // An append that cannot be stored must not fail the others: find it by bisection.
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
