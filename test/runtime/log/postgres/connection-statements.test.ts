import { setTimeout as wait } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { expect, test } from 'vitest';
import { PreparedStatements } from '../../../../src/runtime/log/postgres/connection-statements.ts';

/** A client that was given one process id, in a session that has another or the same. */
function createClient(processID: number, pid: number): ClientBase {
  return { processID, query: async () => ({ rows: [{ pid }] }) } as unknown as ClientBase;
}

const text = 'select $1';

test('a statement has one name, which no other has, in a session of the client alone', async () => {
  const statements = new PreparedStatements();
  const [own, shared] = [createClient(7, 7), createClient(7, 8)];
  await statements.inspect(own);
  await statements.inspect(shared);
  const name = statements.nameOf(own, text, [1]);
  expect(name).toMatch(/^posted_.{20,56}$/);
  expect(statements.nameOf(own, text, [2])).toBe(name);
  expect(statements.nameOf(own, 'select 1', [])).not.toBe(name);
  expect(statements.nameOf(shared, text, [1])).toBeUndefined();
});

test('a statement with a list of values stays unnamed', async () => {
  const statements = new PreparedStatements();
  const client = createClient(7, 7);
  await statements.inspect(client);
  expect(statements.nameOf(client, text, Array.from({ length: 9 }))).toBeUndefined();
});

test('statements stay unnamed once a session turned out to be shared', async () => {
  const statements = new PreparedStatements();
  const client = createClient(7, 7);
  await statements.inspect(client);
  statements.disable();
  await statements.inspect(client);
  expect(statements.nameOf(client, text, [])).toBeUndefined();
  expect(statements.replanSql(client)).toBe('');
});

test('statements are planned anew after a second', async () => {
  const statements = new PreparedStatements();
  const client = createClient(7, 7);
  await statements.inspect(client);
  expect(statements.replanSql(client)).toBe('');
  await wait(1010);
  expect(statements.replanSql(client)).toBe('; discard plans');
  expect(statements.replanSql(client)).toBe('');
});
