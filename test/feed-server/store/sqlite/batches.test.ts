import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createBatchRunner } from '../../../../src/feed-server/store/sqlite/batches.ts';
import type { Request, Response } from '../../../../src/feed-server/store/sqlite/protocol.ts';

let lastId = 0;

function statement(mode: 'grouped' | 'alone', sql: string, ...parameters: unknown[]): Request {
  lastId += 1;
  return { id: lastId, name: 'statement', input: { mode, sql, parameters } };
}

const insert = (n: number): Request => statement('grouped', 'insert into number (n) values (?)', n);
const readAll = (): Request => statement('alone', 'select n from number order by n');

/** A database, and a function that runs batches on it and returns the responses in order. */
function setUp() {
  const database = new DatabaseSync(':memory:');
  onTestFinished(() => database.close());
  database.exec(`
    create table number (n integer not null unique);
    create table child (parent integer references number (n) deferrable initially deferred);
  `);
  let responses: Response[] = [];
  const runBatch = createBatchRunner(database, (some) => void responses.push(...some));
  const run = (...batch: Request[]): readonly Response[] => {
    responses = [];
    runBatch(batch);
    return responses;
  };
  const numbers = () =>
    database
      .prepare('select n from number order by n')
      .all()
      .map(({ n }) => n);
  return { database, run, numbers };
}

describe('a batch', () => {
  it('rolls back a write that fails and keeps the others', () => {
    const { run, numbers } = setUp();
    const batch = [insert(1), insert(1), insert(2)];
    expect(run(...batch)).toEqual([
      { id: batch[0]?.id, output: { rows: [], changes: 1 } },
      { id: batch[1]?.id, failure: expect.stringContaining('UNIQUE constraint failed: number.n') },
      { id: batch[2]?.id, output: { rows: [], changes: 1 } },
    ]);
    expect(numbers()).toEqual([1, 2]);
  });

  it('fails completely if its commit fails, and the next one succeeds', () => {
    const { run, numbers } = setUp();
    const orphan = statement('grouped', 'insert into child (parent) values (99)');
    const responses = run(insert(1), orphan, insert(2));
    expect(responses.length).toBe(3);
    for (const response of responses) {
      expect(response).toMatchObject({ failure: expect.stringContaining('FOREIGN KEY constraint failed') });
    }
    expect(numbers()).toEqual([]);
    expect(run(insert(3))).toMatchObject([{ output: { changes: 1 } }]);
    expect(numbers()).toEqual([3]);
  });

  it('fails completely if SQLite rolls back its transaction, and the next one succeeds', () => {
    const { run, numbers } = setUp();
    const rollsBack = statement('grouped', 'insert or rollback into number (n) values (1)');
    const responses = run(insert(1), rollsBack, insert(2));
    expect(responses.length).toBe(3);
    for (const response of responses) {
      expect(response).toMatchObject({ failure: expect.stringContaining('UNIQUE constraint failed') });
    }
    expect(numbers()).toEqual([]);
    run(insert(3));
    expect(numbers()).toEqual([3]);
  });

  it('responses its writes first, and its reads see the commit', () => {
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
    expect(responses[0]).toMatchObject({ failure: expect.stringContaining('within a transaction') });
    expect(numbers()).toEqual([1]);
  });
});
