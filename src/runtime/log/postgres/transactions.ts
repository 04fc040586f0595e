import type { ConnectionPool, QueryOutcome } from './connection-pool.ts';
import { isRollback, lostAnswer, translate, wasNeverSent } from './failures.ts';

export interface TransactionKind {
  readonly access: 'read only' | 'read write';
  /** After which PostgreSQL cancels a statement. */
  readonly statementTimeoutMs: number;
}

/** Keeps a transaction from waiting for a lock, such as that of the head of the log, or from holding it, for long. */
const lockTimeoutMs = 5000;

/**
 * Begins a transaction, with everything that it relies on: sessions may have any defaults, and a pooler in transaction
 * mode shares them with others. A confirmed commit is on disk, even if the server is configured to confirm earlier.
 */
export function begin(kind: TransactionKind): string {
  return `${beginOnly(kind)}; ${setLimits(kind)}`;
}

function beginOnly({ access }: TransactionKind): string {
  return `begin isolation level read committed ${access}`;
}

function setLimits({ access, statementTimeoutMs }: TransactionKind): string {
  const settings = [
    `set_config('statement_timeout', '${statementTimeoutMs}', true)`,
    `set_config('lock_timeout', '${lockTimeoutMs}', true)`,
    `set_config('idle_in_transaction_session_timeout', '${lockTimeoutMs}', true)`,
    // A batch takes a millisecond; compiling its statement would take half a second.
    "set_config('jit', 'off', true)",
    // One statement must not take all cores from the others.
    "set_config('max_parallel_workers_per_gather', '0', true)",
  ];
  if (access === 'read write') settings.push(raiseSynchronousCommit);
  return `select ${settings.join(', ')}`;
}

/** SQL that raises `synchronous_commit` for the transaction where it is off. */
export const raiseSynchronousCommit =
  "set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), true)";

/** Locks the head of the log until the end of the transaction: the only one that appends meanwhile. */
export const lockHead = 'from posted_head where k = 1 for update';

export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

export interface AtOnce {
  readonly kind: TransactionKind;
  /**
   * SQL from `from` on that locks the row that the statements must see the newest version of: each sees what was
   * committed before it began. The limits are set before it is locked.
   */
  readonly lock?: string;
  readonly statements: readonly Statement[];
  /**
   * If it is aborted before a connection is free, nothing is sent, and the result is empty instead of an error: Kysely
   * has already rejected the caller, and would report another failure on the console.
   */
  readonly signal?: AbortSignal;
}

/**
 * Runs a transaction in one round trip: everything is sent at once, and PostgreSQL ignores what follows an error.
 *
 * @returns the results of `statements`
 * @throws PostedError `outcome_unknown` if it may have been committed, `unavailable` if nothing was done and a retry may
 *   succeed; Error for a statement that failed, which did nothing either
 */
export async function runAtOnce(
  pool: ConnectionPool,
  { kind, lock = '', statements, signal }: AtOnce,
): Promise<readonly QueryOutcome[]> {
  const connection = await pool.connect();
  try {
    if (signal?.aborted === true) return [];
    const { beginning, running, committing } = connection.atOnce(() => ({
      beginning: [connection.begin(beginOnly(kind)), connection.prepared(`${setLimits(kind)} ${lock}`, [])],
      running: statements.map(({ sql, values }) => connection.prepared(sql, values)),
      committing: connection.query('commit'),
    }));
    const settled = await Promise.allSettled([...beginning, ...running, committing]);
    const failure = settled.find((each) => each.status === 'rejected');
    if (failure === undefined) return await Promise.all(running);
    const [commit] = settled.slice(-1);
    if (kind.access === 'read write' && commit !== undefined) throwIfUnknown(commit, failure.reason);
    throw translate(failure.reason);
  } finally {
    connection.release();
  }
}

/**
 * Only the answer to the commit proves what has happened. The error of an earlier statement may come from a pooler that
 * lost its connection after the server had received the commit.
 */
function throwIfUnknown(commit: PromiseSettledResult<QueryOutcome>, firstFailure: unknown): void {
  if (commit.status === 'fulfilled' || wasNeverSent(firstFailure) || isRollback(commit.reason)) return;
  throw lostAnswer(firstFailure);
}
