import { PostedError } from 'posted/server';
import { ReadTurns } from './read-turns.ts';
import type { PostAppended, PostDraft, ReadOptions, Store } from './store.ts';

/** The operations that an engine implements itself. */
export type EngineOperations = Omit<Store, 'ping' | 'close'>;

/** The result of an append, as far as the engine knows more than its caller. */
export interface AppendResult {
  /** Null if nothing was appended: the key was used before, or the friendship was already in that state. */
  readonly seq: number | null;
  /** The post that used the idempotency key first. */
  readonly keyHolder: string | null;
}

export function toPostAppended(draft: PostDraft, { seq, keyHolder }: AppendResult): PostAppended {
  const { author, text, createdAtMs } = draft;
  const postId = keyHolder ?? draft.postId;
  return { postId, event: seq === null ? null : { kind: 'post', seq, createdAtMs, author, postId, text } };
}

/**
 * How many reads with a signal run at a time. The rest wait, so that they neither fill an engine's queue, in which
 * writes wait too, nor run after their client has left.
 */
const maxReads = 4;

/**
 * Makes a store of an engine's operations. At most `maxPending` run at a time; `release` frees the
 * engine once the last of them has ended.
 */
export function createEngineStore(
  operations: EngineOperations,
  maxPending: number,
  release: () => Promise<void>,
): Store {
  const gate = new Gate(maxPending);
  const gated =
    <Input extends unknown[], Output>(operation: (...input: Input) => Promise<Output>) =>
    (...input: Input): Promise<Output> =>
      gate.enter(() => operation(...input));
  const turns = new ReadTurns(maxReads);
  const read =
    <Input, Output>(operation: (input: Input, options?: ReadOptions) => Promise<Output>) =>
    (input: Input, options: ReadOptions = {}): Promise<Output> =>
      gate.enter(() => turns.run(() => operation(input, options), options.signal));

  return {
    appendPost: gated(operations.appendPost),
    appendFriendSet: gated(operations.appendFriendSet),
    appendFriendDeleted: gated(operations.appendFriendDeleted),
    eventsAfter: gated(operations.eventsAfter),
    headSeq: gated(operations.headSeq),
    history: gated(operations.history),
    startNewEpoch: gated(operations.startNewEpoch),
    prune: gated(operations.prune),
    findDeviceCursor: gated(operations.findDeviceCursor),
    saveDeviceCursors: gated(operations.saveDeviceCursors),
    friendsOf: gated(operations.friendsOf),
    insertUser: gated(operations.insertUser),
    findUser: read(operations.findUser),
    findPasswordHash: read(operations.findPasswordHash),
    searchUsers: read(operations.searchUsers),
    findPost: read(operations.findPost),
    updatePost: gated(operations.updatePost),
    deletePost: gated(operations.deletePost),
    feedOf: read(operations.feedOf),
    ping: gated(async () => {
      await operations.headSeq();
    }),
    async close() {
      await gate.close();
      await release();
    },
  };
}

/** Bounds how many operations run at a time, and turns whatever they throw into a PostedError. */
class Gate {
  readonly #maxPending: number;
  readonly #drained = Promise.withResolvers<void>();
  #pending = 0;
  #isClosed = false;

  constructor(maxPending: number) {
    this.#maxPending = maxPending;
  }

  /** @throws PostedError `unavailable`, without calling `operation`, when closed or full */
  async enter<Result>(operation: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new PostedError('unavailable', 'The store is closed.');
    if (this.#pending >= this.#maxPending) {
      throw new PostedError('unavailable', 'The store is overloaded. Try again later.', {
        retryAfterMs: 1000,
      });
    }
    this.#pending += 1;
    try {
      return await operation();
    } catch (thrown) {
      throw PostedError.from(thrown);
    } finally {
      this.#pending -= 1;
      this.#resolveIfDrained();
    }
  }

  /** Refuses new operations; resolves when the pending ones have ended. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#resolveIfDrained();
    return this.#drained.promise;
  }

  #resolveIfDrained(): void {
    if (this.#isClosed && this.#pending === 0) this.#drained.resolve();
  }
}
