import type { DatabaseSync } from 'node:sqlite';
import { createAppends } from './appends.ts';
import { describeError, isIoError } from './database.ts';
import { Head } from './head.ts';
import type { Answer, Handlers, OperationName, Request } from './protocol.ts';
import { Statements } from './statements.ts';

const maxPrepared = 100;

/**
 * Group commit: returns a function that runs a batch, its writes in one transaction and then its
 * reads. What is answered, and what a read sees, is therefore on disk.
 *
 * @throws Error when the file fails under a commit: then nobody knows what it holds until it is opened anew
 */
export function createBatchRunner(
  database: DatabaseSync,
  answer: (answers: readonly Answer[]) => void,
): (batch: readonly Request[]) => void {
  const statements = new Statements(database, maxPrepared);
  const head = new Head(statements);
  const handlers: Handlers = {
    statement: ({ sql, parameters }) => statements.run(sql, parameters),
    ...createAppends(statements, head),
  };

  function run<Name extends OperationName>({ name, input }: Request<Name>): unknown {
    return handlers[name](input);
  }

  function runOne(request: Request): Answer {
    return { id: request.id, output: run(request) };
  }

  function runAlone(request: Request): Answer {
    try {
      return runOne(request);
    } catch (error) {
      return { id: request.id, failure: describeError(error) };
    }
  }

  /** One that fails is undone and does not take the others with it. */
  function runInSavepoint(request: Request): Answer {
    statements.run('savepoint write');
    try {
      const done = runOne(request);
      head.save();
      statements.run('release write');
      return done;
    } catch (error) {
      // Some errors, a full disk among them, make SQLite roll back all of the transaction at once.
      if (!database.isTransaction) throw error;
      statements.run('rollback to write');
      statements.run('release write');
      head.forget();
      return { id: request.id, failure: describeError(error) };
    }
  }

  /** @throws Error when nothing was written */
  function runInTransaction(
    writes: readonly Request[],
    runWrite: (request: Request) => Answer,
  ): readonly Answer[] {
    try {
      statements.run('begin immediate');
      head.forget();
      const answers = writes.map(runWrite);
      head.save();
      statements.run('commit');
      return answers;
    } catch (error) {
      if (database.isTransaction && !isIoError(error)) statements.run('rollback');
      throw error;
    }
  }

  function commit(writes: readonly Request[]): readonly Answer[] {
    try {
      return runInTransaction(writes, runOne);
    } catch (error) {
      // After a failed fsync the next one may succeed although pages were lost: do not go on.
      if (isIoError(error)) throw error;
    }
    try {
      // A savepoint costs more than a write: there are none until one of the writes is found to fail.
      return runInTransaction(writes, runInSavepoint);
    } catch (error) {
      if (isIoError(error)) throw error;
      const failure = describeError(error);
      return writes.map(({ id }) => ({ id, failure }));
    }
  }

  return (batch) => {
    const writes = batch.filter((request) => !isAlone(request));
    if (writes.length > 0) answer(commit(writes));
    for (const request of batch) if (isAlone(request)) answer([runAlone(request)]);
  };
}

function isAlone(request: Request): boolean {
  return request.name === 'statement' && request.input.mode === 'alone';
}
