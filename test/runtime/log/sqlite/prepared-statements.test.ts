import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PreparedStatements } from '../../../../src/runtime/log/sqlite/prepared-statements.ts';

/** Notes what is prepared. */
class NotingDatabase extends DatabaseSync {
  readonly prepared: string[] = [];

  override prepare(sql: string) {
    this.prepared.push(sql);
    return super.prepare(sql);
  }
}

function createStatements(maxPrepared: number) {
  const database = new NotingDatabase(':memory:');
  onTestFinished(() => database.close());
  database.exec('create table number (n integer)');
  return { database, statements: new PreparedStatements(database, maxPrepared) };
}

describe('prepared statements', () => {
  it('return rows, or the number of changes', () => {
    const { statements } = createStatements(10);
    expect(statements.run('insert into number (n) values (?), (?)', [1, 2])).toEqual({
      rows: [],
      changes: 2,
    });
    expect(statements.run('select n from number order by n')).toEqual({
      rows: [{ n: 1 }, { n: 2 }],
      changes: 0,
    });
    expect(statements.run('update number set n = n + 1 returning n').rows).toHaveLength(2);
    expect(statements.run('delete from number')).toEqual({ rows: [], changes: 2 });
  });

  it('are prepared once while they are among the most recently used', () => {
    const { database, statements } = createStatements(2);
    const [one, two, three] = ['select 1', 'select 2', 'select 3'] as const;
    for (const sql of [one, two, one, two, one]) statements.run(sql);
    expect(database.prepared).toEqual([one, two]);
    // Now the second is the least recently used.
    statements.run(three);
    statements.run(one);
    expect(database.prepared).toEqual([one, two, three]);
    statements.run(two);
    statements.run(three);
    expect(database.prepared).toEqual([one, two, three, two, three]);
  });
});
