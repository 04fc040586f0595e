import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Appends } from '../../../../src/runtime/log/sqlite/appends.ts';
import { type BatchRequest, createBatchRunner } from '../../../../src/runtime/log/sqlite/batches.ts';
import { DiskWatch } from '../../../../src/runtime/log/sqlite/disk-watch.ts';
import { Head } from '../../../../src/runtime/log/sqlite/head.ts';
import { PreparedStatements } from '../../../../src/runtime/log/sqlite/prepared-statements.ts';
import type { DiskState, Response } from '../../../../src/runtime/log/sqlite/protocol.ts';

let lastId = 0;

function statement(mode: 'grouped' | 'alone', sql: string, ...parameters: unknown[]): BatchRequest {
  lastId += 1;
  return { id: lastId, name: 'statement', input: { mode, sql, parameters } };
}

const insert = (n: number): BatchRequest => statement('grouped', 'insert into number (n) values (?)', n);
const readAll = (): BatchRequest => statement('alone', 'select n from number order by n');

/** An error of SQLite, by its extended result code. */
function sqliteError(message: string, errcode: number): Error {
  return Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode });
}
const failedFsync = (): Error => sqliteError('disk I/O error', 1034);
const diskFull = (): Error => sqliteError('database or disk is full', 13);

/** Fails the next statements with some SQL, as SQLite would. */
class FailingStatements extends PreparedStatements {
  readonly executed: string[] = [];
  readonly #failures: { readonly sql: string; readonly error: Error }[] = [];

  failNext(sql: string, error: Error): void {
    this.#failures.push({ sql, error });
  }

  override run(sql: string, parameters: readonly unknown[] = []) {
    this.executed.push(sql);
    if (this.#failures[0]?.sql === sql) throw this.#failures.shift()?.error;
    return super.run(sql, parameters);
  }
}

/** A database, and a function that runs batches on it and returns the responses in order. */
function setUp() {
  const database = new DatabaseSync(':memory:');
  onTestFinished(() => database.close());
  database.exec(`
    create table number (n integer not null unique);
    create table child (parent integer references number (n) deferrable initially deferred);
  `);
  const responses: Response[] = [];
  const diskStates: DiskState[] = [];
  const statements = new FailingStatements(database, 100);
  const head = new Head(statements);
  const runBatch = createBatchRunner({
    database,
    statements,
    head,
    appends: new Appends(database, head),
    disk: new DiskWatch((state) => void diskStates.push(state)),
    respond: (some) => void responses.push(...some),
  });
  const run = (...batch: BatchRequest[]): readonly Response[] => {
    responses.length = 0;
    runBatch(batch);
    return [...responses];
  };
  const numbers = () =>
    database
      .prepare('select n from number order by n')
      .all()
      .map(({ n }) => n);
  return { run, numbers, statements, responses, diskStates };
}

const failure = (message: string) => ({ failure: { message: expect.stringContaining(message) } });

describe('a batch', () => {
  it('rolls back a write that fails and keeps the others', () => {
    const { run, numbers } = setUp();
    const batch = [insert(1), insert(1), insert(2)];
    expect(run(...batch)).toEqual([
      { id: batch[0]?.id, output: { rows: [], changes: 1 } },
      { id: batch[1]?.id, ...failure('UNIQUE constraint failed: number.n') },
      { id: batch[2]?.id, output: { rows: [], changes: 1 } },
    ]);
    expect(numbers()).toEqual([1, 2]);
  });

  it('fails completely if its commit fails, and the next one succeeds', () => {
    const { run, numbers } = setUp();
    const orphan = statement('grouped', 'insert into child (parent) values (99)');
    const responses = run(insert(1), orphan, insert(2));
    expect(responses.length).toBe(3);
    for (const response of responses)
      expect(response).toMatchObject(failure('FOREIGN KEY constraint failed'));
    expect(numbers()).toEqual([]);
    expect(run(insert(3))).toMatchObject([{ output: { changes: 1 } }]);
    expect(numbers()).toEqual([3]);
  });

  it('fails completely if SQLite rolls back its transaction, and the next one succeeds', () => {
    const { run, numbers } = setUp();
    const rollsBack = statement('grouped', 'insert or rollback into number (n) values (1)');
    const responses = run(insert(1), rollsBack, insert(2));
    expect(responses.length).toBe(3);
    for (const response of responses) expect(response).toMatchObject(failure('UNIQUE constraint failed'));
    expect(numbers()).toEqual([]);
    run(insert(3));
    expect(numbers()).toEqual([3]);
  });

  it('runs its writes first, and its reads see the commit', () => {
    const { run } = setUp();
    const [early, write, late] = [readAll(), insert(1), readAll()];
    const output = { rows: [{ n: 1 }], changes: 0 };
    expect(run(early, write, late)).toEqual([
      { id: write.id, output: { rows: [], changes: 1 } },
      { id: early.id, output },
      { id: late.id, output },
    ]);
  });

  it('hides a failed commit from its reads', () => {
    const { run } = setUp();
    const orphan = statement('grouped', 'insert into child (parent) values (99)');
    expect(run(insert(1), orphan, readAll()).at(-1)).toMatchObject({ output: { rows: [] } });
  });

  it('refuses a nested transaction', () => {
    const { run, numbers } = setUp();
    const responses = run(statement('grouped', 'begin'), insert(1));
    expect(responses[0]).toMatchObject(failure('within a transaction'));
    expect(numbers()).toEqual([1]);
  });

  it('is not tried again after a failed fsync, which the next one may hide', () => {
    const { run, statements, responses } = setUp();
    statements.failNext('commit', failedFsync());
    expect(() => run(insert(1))).toThrow('disk I/O error');
    expect(responses).toEqual([]);
    expect(statements.executed.filter((sql) => /^(?:begin|commit|rollback)/.test(sql))).toEqual([
      'begin immediate',
      'commit',
    ]);
  });

  it('is not answered after a failed fsync of its second attempt', () => {
    const { run, statements, responses } = setUp();
    statements.failNext('commit', sqliteError('constraint failed', 19));
    statements.failNext('commit', failedFsync());
    const commits = (): number => statements.executed.filter((sql) => sql === 'commit').length;
    expect(() => run(insert(1))).toThrow('disk I/O error');
    expect(commits()).toBe(2);
    expect(responses).toEqual([]);
  });

  it('is refused with a time to retry on a full disk, and reports when it is full and no longer full', () => {
    const { run, numbers, statements, diskStates } = setUp();
    statements.failNext('commit', diskFull());
    const refused = { failure: { code: 'unavailable', retryAfterMs: expect.any(Number) } };
    expect(run(insert(1), insert(2))).toMatchObject([refused, refused]);
    expect(numbers()).toEqual([]);
    expect(diskStates).toEqual(['full']);
    run(insert(3));
    expect(numbers()).toEqual([3]);
    expect(diskStates).toEqual(['full', 'writable']);
  });
});
