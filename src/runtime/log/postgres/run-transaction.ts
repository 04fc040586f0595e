import { PostedError } from '../../shared/errors.ts';
import type { EngineTransaction } from '../engine.ts';
import { withTransactionTimeout } from '../transaction-timeout.ts';
import { appendIn } from './append-in.ts';
import type { ConnectionPool, PooledConnection } from './connection-pool.ts';
import { isRollback, lostAnswer, translate } from './failures.ts';
import { begin, type TransactionKind } from './transactions.ts';

/**
 * Runs `work` in a transaction on a connection of its own. The pool must not pipeline: then closing a connection that
 * has hung does not wait for it.
 *
 * @throws what `work` throws; PostedError `unavailable` if it took too long, `outcome_unknown` if the answer to the
 *   commit was lost
 */
export async function runTransaction<Result>(
  pool: ConnectionPool,
  timeoutMs: number,
  work: (transaction: EngineTransaction) => Promise<Result>,
): Promise<Result> {
  const kind: TransactionKind = { access: 'read write', statementTimeoutMs: timeoutMs };
  const connection = await pool.connect();
  let isOpen = true;
  const run = async (): Promise<Result> => {
    await query(connection, begin(kind));
    return await work(transactionOn(connection, () => isOpen));
  };
  try {
    const result = await withTransactionTimeout(timeoutMs, run());
    isOpen = false;
    await commit(connection);
    connection.release();
    return result;
  } catch (thrown) {
    isOpen = false;
    const isReusable = !(thrown instanceof PostedError) && (await rollback(connection));
    // PostgreSQL rolls back the transaction of a connection that is closed.
    connection.release(!isReusable);
    throw thrown;
  }
}

function transactionOn(connection: PooledConnection, isOpen: () => boolean): EngineTransaction {
  const run = (sql: string, parameters: readonly unknown[] = []) => {
    if (!isOpen()) throw new Error('the transaction has ended: await everything that belongs to it');
    return query(connection, sql, parameters);
  };
  return {
    query: async (sql, parameters) => (await run(sql, parameters)).rows,
    append: (events) => appendIn({ query: async (sql, values) => run(sql, values) }, events),
  };
}

async function query(connection: PooledConnection, sql: string, parameters: readonly unknown[] = []) {
  try {
    return await connection.query(sql, parameters);
  } catch (thrown) {
    throw translate(thrown);
  }
}

async function commit(connection: PooledConnection): Promise<void> {
  const { command } = await connection.query('commit').catch((thrown: unknown) => {
    throw isRollback(thrown) ? translate(thrown) : lostAnswer(thrown);
  });
  // A statement had failed, and `work` has ignored it.
  if (command === 'ROLLBACK') throw new Error('a statement of the transaction failed: nothing was done');
}

async function rollback(connection: PooledConnection): Promise<boolean> {
  try {
    await connection.query('rollback');
    return true;
  } catch {
    return false;
  }
}
