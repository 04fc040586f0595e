import type { DatabaseSync } from 'node:sqlite';
import { PostedError } from '../../shared/errors.ts';
import type { Appends } from './appends.ts';
import type { DiskWatch } from './disk-watch.ts';
import { toFailure } from './failure.ts';
import type { Head } from './head.ts';
import type { PreparedStatements } from './prepared-statements.ts';
import type { Request, Response } from './protocol.ts';
import { isIoError } from './sqlite-errors.ts';

/** A request of a transaction whose statements its caller sends one by one. */
export type TransactionRequest = Request<'begin' | 'commit' | 'rollback' | 'queryIn' | 'appendIn'>;

export interface CallerTransactionDeps {
  readonly database: DatabaseSync;
  readonly statements: PreparedStatements;
  readonly head: Head;
  readonly appends: Pick<Appends, 'append'>;
  readonly disk: Pick<DiskWatch, 'wrote' | 'failed'>;
  readonly timeoutMs: number;
  /** The transaction has ended, so that others can run. */
  readonly onEnd: () => void;
}

/** The transaction of a caller, one at a time. It holds all other writes, so it is rolled back once its time is over. */
export class CallerTransaction {
  readonly #deps: CallerTransactionDeps;
  #id = 0;
  #timer: NodeJS.Timeout | null = null;
  #endsAtMs = 0;

  constructor(deps: CallerTransactionDeps) {
    this.#deps = deps;
  }

  /** Whether other writes must wait. */
  get isRunning(): boolean {
    return this.#timer !== null;
  }

  /** @throws Error when the file fails during a commit: its contents are unknown until it is reopened */
  run(request: TransactionRequest): Response {
    const { id } = request;
    try {
      return { id, output: this.#run(request) };
    } catch (error) {
      if (isIoError(error)) throw error;
      this.#deps.disk.failed(error);
      return { id, failure: toFailure(error) };
    }
  }

  #run(request: TransactionRequest): unknown {
    const { statements, head, appends } = this.#deps;
    if (request.name === 'begin') return this.#begin();
    const isCurrent = this.isRunning && request.input.transaction === this.#id;
    if (request.name === 'rollback') {
      if (isCurrent) this.#end('rollback');
      return null;
    }
    if (isCurrent && performance.now() > this.#endsAtMs) this.#end('rollback');
    if (!isCurrent || !this.isRunning) throw timedOut(this.#deps.timeoutMs);
    switch (request.name) {
      case 'queryIn':
        return this.#checked(() => statements.run(request.input.sql, request.input.parameters).rows);
      case 'appendIn':
        return this.#checked(() => appends.append(request.input.events));
      case 'commit':
        return this.#checked(() => {
          head.save();
          this.#end('commit');
          this.#deps.disk.wrote();
          return null;
        });
    }
  }

  #begin(): number {
    const { statements, head, timeoutMs } = this.#deps;
    statements.run('begin immediate');
    head.reset();
    this.#id += 1;
    this.#endsAtMs = performance.now() + timeoutMs;
    this.#timer = setTimeout(() => this.#end('rollback'), timeoutMs);
    return this.#id;
  }

  /** Some errors make SQLite roll back the whole transaction. */
  #checked<Result>(work: () => Result): Result {
    try {
      return work();
    } finally {
      if (this.isRunning && !this.#deps.database.isTransaction) this.#end(null);
    }
  }

  #end(how: 'commit' | 'rollback' | null): void {
    if (how !== null) this.#deps.statements.run(how);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#deps.onEnd();
  }
}

function timedOut(timeoutMs: number): PostedError {
  return new PostedError(
    'unavailable',
    `The transaction has ended: it took longer than ${timeoutMs / 1000} s, or was rolled back by the database.`,
  );
}
