import type { DatabaseSync } from 'node:sqlite';
import type { Appends } from './appends.ts';
import type { DiskWatch } from './disk-watch.ts';
import { toFailure } from './failure.ts';
import type { Head } from './head.ts';
import type { PreparedStatements } from './prepared-statements.ts';
import type { Request, Response } from './protocol.ts';
import { isDiskFull, isIoError } from './sqlite-errors.ts';

export interface BatchDeps {
  readonly database: DatabaseSync;
  readonly statements: PreparedStatements;
  readonly head: Head;
  readonly appends: Pick<Appends, 'register' | 'write'>;
  readonly disk: Pick<DiskWatch, 'wrote' | 'failed'>;
  readonly respond: (responses: readonly Response[]) => void;
}

/** A request that does not belong to a transaction of its caller's. */
export type BatchRequest = Request<'register' | 'write' | 'statement'>;

/**
 * Group commit: returns a function that runs a batch, its writes in one transaction and then its reads. Whatever it
 * responds with, and whatever a read sees, is therefore on disk.
 *
 * @throws Error when the file fails during a commit: its contents are unknown until it is reopened
 */
export function createBatchRunner({
  database,
  statements,
  head,
  appends,
  disk,
  respond,
}: BatchDeps): (batch: readonly BatchRequest[]) => void {
  function run(request: BatchRequest): Response {
    const { id } = request;
    switch (request.name) {
      case 'register':
        return { id, output: appends.register(request.input) };
      case 'write':
        return { id, output: appends.write(request.input) };
      case 'statement':
        return { id, output: statements.run(request.input.sql, request.input.parameters) };
    }
  }

  function runAlone(request: BatchRequest): Response {
    try {
      return run(request);
    } catch (error) {
      // A migration commits here.
      if (isIoError(error)) throw error;
      return { id: request.id, failure: toFailure(error) };
    }
  }

  /** A write that fails is rolled back without affecting the others. */
  function runInSavepoint(request: BatchRequest): Response {
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
      return { id: request.id, failure: toFailure(error) };
    }
  }

  /** @throws Error when nothing was written */
  function runInTransaction(
    writes: readonly BatchRequest[],
    runWrite: (request: BatchRequest) => Response,
  ): readonly Response[] {
    try {
      statements.run('begin immediate');
      head.reset();
      const responses = writes.map(runWrite);
      head.save();
      statements.run('commit');
      disk.wrote();
      return responses;
    } catch (error) {
      if (database.isTransaction && !isIoError(error)) statements.run('rollback');
      disk.failed(error);
      throw error;
    }
  }

  function commit(writes: readonly BatchRequest[]): readonly Response[] {
    try {
      return runInTransaction(writes, run);
    } catch (error) {
      // After a failed fsync, the next one may succeed although pages were lost: do not retry.
      if (isIoError(error)) throw error;
      if (isDiskFull(error)) return fail(writes, error);
    }
    try {
      // A savepoint costs more than a write, so they are used only once a write has failed.
      return runInTransaction(writes, runInSavepoint);
    } catch (error) {
      if (isIoError(error)) throw error;
      return fail(writes, error);
    }
  }

  return (batch) => {
    const writes = batch.filter((request) => !isAlone(request));
    if (writes.length > 0) respond(commit(writes));
    for (const request of batch) if (isAlone(request)) respond([runAlone(request)]);
  };
}

function fail(writes: readonly BatchRequest[], error: unknown): readonly Response[] {
  const failure = toFailure(error);
  return writes.map(({ id }) => ({ id, failure }));
}

function isAlone(request: BatchRequest): boolean {
  return request.name === 'statement' && request.input.mode === 'alone';
}
