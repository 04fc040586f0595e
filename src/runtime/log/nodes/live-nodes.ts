import { hostname } from 'node:os';
import type { Log } from '../../shared/log.ts';
import type { EngineTransaction, LogEngine } from '../engine.ts';
import { clockMs } from '../postgres/sql-text.ts';
import { retryWhileUnavailable } from '../retry-while-unavailable.ts';
import { describeDifferences, type NodeRow, shareKey } from './node-row.ts';

export interface LiveNodesOptions {
  /** Of a log on PostgreSQL. */
  readonly transaction: LogEngine['transaction'];
  /** Identifies this process. */
  readonly id: string;
  readonly version: string;
  /** By name: the settings that must be the same on all nodes, because each decides who gets what. */
  readonly settings: Readonly<Record<string, string>>;
  /** Fingerprints of the keys with which this node checks tokens. An empty list is not compared. */
  readonly keys: readonly string[];
  /** Whether to start although another node has other settings. */
  readonly acceptDifferent: boolean;
  /** How to start although another node has other settings, for the error: which option of the application to use. */
  readonly advice: string;
  readonly log: Log;
}

/** This node, among those that share its log. */
export interface LiveNodes {
  /** Removes this node from the list, if the database can be reached. */
  close(): Promise<void>;
}

const renewMs = 5000;

/** A node that has not renewed its row for this long is dead. */
const deadMs = 20_000;

const maxClockDifferenceMs = 5000;

/** The key of the advisory lock under which one node at a time joins. */
const joinLock = 4_869_111;

/**
 * Registers this node in the database that it shares with others, and keeps it registered until it is closed. Waits for
 * a database that becomes unavailable. Warns if tokens that this node accepts are refused by another, and if its clock is wrong.
 *
 * @throws Error that names the node, and the settings, that differ
 */
export async function joinLiveNodes(options: LiveNodesOptions): Promise<LiveNodes> {
  const { transaction, id, log } = options;
  const address = `${hostname()}:${process.pid}`;
  const clock = new ClockCheck(log);

  const register = () =>
    transaction(async (run) => {
      await run.query(`select pg_advisory_xact_lock(${joinLock})`);
      await run.query(`delete from posted_node where seen_at < ${clockMs} - ${deadMs}`);
      const rows = (await run.query(
        `select id, address, version, settings, keys, ${clockMs} - seen_at as silent_ms from posted_node where id <> $1`,
        [id],
      )) as unknown as readonly NodeRow[];
      const different = findDifferent(address, rows, options);
      if (different === null) await renew(run, address, options, clock);
      return { others: rows, refusal: different };
    });
  const { others, refusal } = await retryWhileUnavailable(register, log);
  // Not in the transaction, whose errors are for clients.
  if (refusal !== null) throw new Error(refusal);
  for (const other of others) {
    if (shareKey(options.keys, other)) continue;
    log.warn(
      { node: address, other: other.address },
      'this node and another share no key for tokens: each refuses the tokens of the other',
    );
  }

  let renewal: Promise<void> | null = null;
  const timer = setInterval(() => {
    renewal ??= transaction((run) => renew(run, address, options, clock))
      .catch((cause: unknown) => log.debug({ cause: String(cause) }, 'this node could not renew its row'))
      .finally(() => {
        renewal = null;
      });
  }, renewMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await renewal;
      await transaction((run) => run.query('delete from posted_node where id = $1', [id])).catch(() => {});
    },
  };
}

/** Why this node must not start, or null. */
function findDifferent(
  address: string,
  others: readonly NodeRow[],
  { settings, acceptDifferent, advice, log }: LiveNodesOptions,
): string | null {
  for (const other of others) {
    const differences = describeDifferences(settings, other);
    if (differences.length === 0) continue;
    if (acceptDifferent) {
      log.warn({ node: address, other: other.address, differences }, 'another node has other settings');
      continue;
    }
    const seconds = Math.round(other.silent_ms / 1000);
    return `this node (${address}) differs from another of the same log (${other.address}, version ${other.version}, seen ${seconds} s ago): ${differences.join('; ')}. Give all nodes the same settings, or stop the others first. ${advice}`;
  }
  return null;
}

/** Also registers it again, if others took it for dead while the database could not be reached. */
async function renew(
  run: EngineTransaction,
  address: string,
  { id, version, settings, keys }: LiveNodesOptions,
  clock: ClockCheck,
): Promise<void> {
  const sentMs = Date.now();
  const [row] = await run.query(
    `insert into posted_node (id, address, version, settings, keys, seen_at) values ($1, $2, $3, $4, $5, ${clockMs})
     on conflict (id) do update set seen_at = excluded.seen_at returning seen_at`,
    [id, address, version, JSON.stringify(settings), JSON.stringify(keys)],
  );
  clock.compare(Number(row?.seen_at), sentMs, Date.now());
}

/** Compares this machine's clock with that of the database, and logs each change. */
class ClockCheck {
  readonly #log: Log;
  #isWrong = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** `databaseMs` was read between `sentMs` and `receivedMs` of this machine's clock. */
  compare(databaseMs: number, sentMs: number, receivedMs: number): void {
    const aheadMs = sentMs > databaseMs ? sentMs - databaseMs : Math.min(0, receivedMs - databaseMs);
    const isWrong = Math.abs(aheadMs) > maxClockDifferenceMs;
    if (isWrong === this.#isWrong) return;
    this.#isWrong = isWrong;
    if (isWrong) {
      this.#log.warn(
        { aheadMs },
        "this machine's clock differs from the database's: tokens expire at the wrong time here; set the clock",
      );
    } else {
      this.#log.info({ aheadMs }, "this machine's clock agrees with the database's again");
    }
  }
}
