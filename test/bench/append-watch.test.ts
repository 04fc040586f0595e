import { describe, expect, it } from 'vitest';
import { AppendWatch, stateOf } from '../../bench/load/append-watch.ts';
import { describePostgres } from '../support/postgres.ts';

describe('the state of a database connection', () => {
  it.each([
    ['lock', 'active', 'Lock', 'transactionid'],
    ['flush', 'active', 'IO', 'WALSync'],
    ['flush', 'active', 'IO', 'WalSync'],
    ['flush', 'active', 'LWLock', 'WALWrite'],
    ['server', 'idle in transaction', 'Client', 'ClientRead'],
    ['server', 'idle in transaction (aborted)', 'Client', 'ClientRead'],
    ['running', 'active', null, null],
    ['running', 'active', 'IO', 'DataFileRead'],
  ])('is %s for %s, %s, %s', (expected, state, waitType, wait) => {
    expect(stateOf({ state, waitType, wait, connections: 1 })).toBe(expected);
  });
});

describePostgres('a watched database', (server) => {
  it('reports its appends, and a log that does not hold what was answered', async () => {
    const url = await server().createDatabase();
    await server().query(url, 'create table post (seq bigint primary key)');
    const watch = await AppendWatch.open(url);
    try {
      const end = await watch.watch();
      await server().query(url, 'insert into post values (1), (2)');
      await server().query(url, 'insert into post values (4)');
      await server().query(url, 'select * from post');
      await server().query(url, "notify posted_head, '4'");
      expect((await end()).transactions).toBe(2);
      expect(await watch.faults(4)).toEqual([
        '4 posts were answered and 3 are stored',
        'the log has a gap: 3 posts over 4 numbers',
      ]);
      await server().query(url, 'update post set seq = 3 where seq = 4');
      expect(await watch.faults(3)).toEqual([]);
    } finally {
      await watch.end();
    }
  });
});
