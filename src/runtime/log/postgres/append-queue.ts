import { setTimeout as wait } from 'node:timers/promises';
import { PostedError } from '../../shared/errors.ts';

/** Bound the other writes, and the data, that an answer waits for. */
const maxBatch = 256;
const maxBatchCharacters = 1_000_000;

/** Bounds the search for writes that share no subject, when many do. */
const maxDeferred = 1024;

/** A write that waits for its batch. */
export interface QueuedWrite {
  /** No two writes of a batch may have a subject in common. */
  readonly subjects: readonly string[];
  /** Its size in characters, about. */
  readonly size: number;
}

/** Runs all or, if it rejects, none; resolves with their results in the same order. */
type RunBatch<Write, Result> = (writes: readonly Write[]) => Promise<readonly Result[]>;

/** How long to gather writes for the next batch, after one that has succeeded. */
type PauseAfter<Result> = (results: readonly Result[], durationMs: number) => number;

interface Pending<Write, Result> {
  readonly write: Write;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: writes that arrive while a batch is committed form the next one, so the slower the database, the
 * larger the batches. The caller bounds the length of the queue.
 */
export class AppendQueue<Write extends QueuedWrite, Result> {
  readonly #runBatch: RunBatch<Write, Result>;
  readonly #pauseAfter: PauseAfter<Result>;
  #pauseMs = 0;
  #pending: Pending<Write, Result>[] = [];
  #isRunning = false;

  constructor(runBatch: RunBatch<Write, Result>, pauseAfter: PauseAfter<Result> = () => 0) {
    this.#runBatch = runBatch;
    this.#pauseAfter = pauseAfter;
  }

  add(write: Write): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#pending.push({ write, resolve, reject });
    if (!this.#isRunning) {
      this.#isRunning = true;
      // Writes of one turn of the event loop share a batch.
      setImmediate(() => void this.#run());
    }
    return promise;
  }

  async #run(): Promise<void> {
    while (this.#pending.length > 0) {
      this.#pauseMs = 0;
      await this.#settle(this.#takeBatch());
      if (this.#pauseMs > 0 && this.#pending.length < maxBatch) await wait(this.#pauseMs);
    }
    this.#isRunning = false;
  }

  /** From the front. A write that shares a subject with an earlier one waits for the next batch. */
  #takeBatch(): readonly Pending<Write, Result>[] {
    const batch: Pending<Write, Result>[] = [];
    const deferred: Pending<Write, Result>[] = [];
    const taken = new Set<string>();
    let examined = 0;
    let characters = 0;
    for (const pending of this.#pending) {
      if (batch.length === maxBatch || deferred.length === maxDeferred || characters > maxBatchCharacters)
        break;
      examined += 1;
      const { subjects, size } = pending.write;
      const isFree = subjects.every((subject) => !taken.has(subject));
      // A deferred write takes its subjects too, so that those behind it do not overtake it.
      for (const subject of subjects) taken.add(subject);
      if (isFree) {
        batch.push(pending);
        characters += size;
      } else {
        deferred.push(pending);
      }
    }
    this.#pending = deferred.concat(this.#pending.slice(examined));
    return batch;
  }

  async #settle(batch: readonly Pending<Write, Result>[]): Promise<void> {
    try {
      const beganMs = performance.now();
      const results = await this.#runBatch(batch.map(({ write }) => write));
      this.#pauseMs = this.#pauseAfter(results, performance.now() - beganMs);
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = results[index];
        if (result === undefined) reject(new Error('the database has returned no result for a write'));
        else resolve(result);
      }
    } catch (thrown) {
      if (batch.length === 1 || thrown instanceof PostedError) {
        for (const { reject } of batch) reject(thrown);
        return;
      }
      // A write that fails must not fail the others: find it by bisection.
      const middle = batch.length >> 1;
      await this.#settle(batch.slice(0, middle));
      await this.#settle(batch.slice(middle));
    }
  }
}
