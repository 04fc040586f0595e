import type { DatabaseSync } from 'node:sqlite';
import { friendPayload } from '../tables.ts';
import { describeError, isIoError } from './database-file.ts';
import { PreparedStatements } from './prepared-statements.ts';
import type { OperationHandlers, OperationName, Request, Response } from './protocol.ts';

const maxPrepared = 100;

/**
 * Group commit: returns a function that runs a batch, its writes in one transaction and then its reads.
 * Whatever it responds with, and whatever a read sees, is therefore on disk.
 *
 * @throws Error when the file fails during a commit: its contents are unknown until it is reopened
 */
export function createBatchRunner(
  database: DatabaseSync,
  respond: (responses: readonly Response[]) => void,
): (batch: readonly Request[]) => void {
  const statements = new PreparedStatements(database, maxPrepared);
  const head = new Head(statements);
  const handlers: OperationHandlers = {
    statement: ({ sql, parameters }) => statements.run(sql, parameters),
    ...createAppends(statements, head),
  };

  function call<Name extends OperationName>({ name, input }: Request<Name>): unknown {
    return handlers[name](input);
  }

  function run(request: Request): Response {
    return { id: request.id, output: call(request) };
  }

  function runAlone(request: Request): Response {
    try {
      return run(request);
    } catch (error) {
      return { id: request.id, failure: describeError(error) };
    }
  }

  /** A write that fails is rolled back without affecting the others. */
  function runInSavepoint(request: Request): Response {
    statements.run('savepoint write');
    try {
      const response = run(request);
      head.save();
      statements.run('release write');
      return response;
    } catch (error) {
      // Some errors, such as a full disk, make SQLite roll back the whole transaction.
      if (!database.isTransaction) throw error;
      statements.run('rollback to write');
      statements.run('release write');
      head.reset();
      return { id: request.id, failure: describeError(error) };
    }
  }

  /** @throws Error when nothing was written */
  function runInTransaction(
    writes: readonly Request[],
    runWrite: (request: Request) => Response,
  ): readonly Response[] {
    try {
      statements.run('begin immediate');
      head.reset();
      const responses = writes.map(runWrite);
      head.save();
      statements.run('commit');
      return responses;
    } catch (error) {
      if (database.isTransaction && !isIoError(error)) statements.run('rollback');
      throw error;
    }
  }

  function commit(writes: readonly Request[]): readonly Response[] {
    try {
      return runInTransaction(writes, run);
    } catch (error) {
      // After a failed fsync, the next one may succeed although pages were lost: do not retry.
      if (isIoError(error)) throw error;
    }
    try {
      // A savepoint costs more than a write, so they are used only once a write has failed.
      return runInTransaction(writes, runInSavepoint);
    } catch (error) {
      if (isIoError(error)) throw error;
      const failure = describeError(error);
      return writes.map(({ id }) => ({ id, failure }));
    }
  }

  return (batch) => {
    const writes = batch.filter((request) => !isAlone(request));
    if (writes.length > 0) respond(commit(writes));
    for (const request of batch) if (isAlone(request)) respond([runAlone(request)]);
  };
}

function isAlone(request: Request): boolean {
  return request.name === 'statement' && request.input.mode === 'alone';
}

const insertEvent =
  'insert into event (seq, kind, author, post_id, payload, created_at) values (?, ?, ?, ?, ?, ?)';
const insertPost = 'insert into post (seq, id, author, text, created_at) values (?, ?, ?, ?, ?)';
const findKey = 'select post_id from post_key where author = ? and idem_key = ?';
const insertKey = 'insert into post_key (author, idem_key, post_id) values (?, ?, ?)';
const findFriend = 'select since_seq from friend where user_id = ? and friend_id = ?';
const insertFriend = 'insert into friend (user_id, friend_id, since_seq) values (?, ?, ?)';
const deleteFriend = 'delete from friend where user_id = ? and friend_id = ?';

/** The appends to the log. Each runs several statements; the caller makes them atomic and saves the head. */
function createAppends(
  statements: PreparedStatements,
  head: Pick<Head, 'next'>,
): Omit<OperationHandlers, 'statement'> {
  return {
    appendPost({ postId, author, text, createdAtMs, idempotencyKey }) {
      if (idempotencyKey !== undefined) {
        // Writes run one after another, so this also finds a key used earlier in the same batch.
        const used = statements.run(findKey, [author, idempotencyKey]).rows[0];
        if (used !== undefined) return { seq: null, keyHolder: String(used.post_id) };
        statements.run(insertKey, [author, idempotencyKey, postId]);
      }
      const seq = head.next();
      statements.run(insertPost, [seq, postId, author, text, createdAtMs]);
      statements.run(insertEvent, [seq, 'post', author, postId, null, createdAtMs]);
      return { seq, keyHolder: null };
    },

    appendFriendSet({ user, friend, createdAtMs }) {
      if (statements.run(findFriend, [user, friend]).rows.length > 0) return null;
      const kind = 'friend-set';
      const seq = head.next();
      statements.run(insertFriend, [user, friend, seq]);
      statements.run(insertEvent, [seq, kind, user, null, friendPayload(friend), createdAtMs]);
      return { kind, seq, createdAtMs, user, friend };
    },

    appendFriendDeleted({ user, friend, createdAtMs }) {
      if (statements.run(deleteFriend, [user, friend]).changes === 0) return null;
      const kind = 'friend-deleted';
      const seq = head.next();
      statements.run(insertEvent, [seq, kind, user, null, friendPayload(friend), createdAtMs]);
      return { kind, seq, createdAtMs, user, friend };
    },
  };
}

const readHead = 'select seq from head where k = 1';
const writeHead = 'update head set seq = ? where k = 1';

/** The head of the log during a transaction: read once and written once, however many events are appended. */
class Head {
  readonly #statements: PreparedStatements;
  #stored: number | null = null;
  #seq = 0;

  constructor(statements: PreparedStatements) {
    this.#statements = statements;
  }

  /** The seq of the next event. */
  next(): number {
    if (this.#stored === null) {
      const seq = this.#statements.run(readHead).rows[0]?.seq;
      if (typeof seq !== 'number') throw new Error('the row of the table head is missing');
      this.#stored = seq;
      this.#seq = seq;
    }
    this.#seq += 1;
    return this.#seq;
  }

  /** Must be called before appended events are committed. */
  save(): void {
    if (this.#stored === null || this.#seq === this.#stored) return;
    this.#statements.run(writeHead, [this.#seq]);
    this.#stored = this.#seq;
  }

  /** Must be called when a transaction begins, and after a rollback. */
  reset(): void {
    this.#stored = null;
  }
}
