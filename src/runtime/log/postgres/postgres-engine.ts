import { Kysely, sql } from 'kysely';
import type { Log } from '../../shared/log.ts';
import { createDeviceQueries, deviceKey } from '../device-queries.ts';
import type { ClaimedDevice, DeviceClaim, LogEngine, ReadKind, RunWrite } from '../engine.ts';
import { createLogQueries } from '../log-queries.ts';
import type { Migrations } from '../migrations/run-migrations.ts';
import { PendingLimit } from '../pending-limit.ts';
import type { LogTables } from '../tables.ts';
import { createUserBoundQueries } from '../user-bound-queries.ts';
import { earlyRenderer } from '../writes/payload.ts';
import type { RegisteredWrite } from '../writes/registered-write.ts';
import {
  appendBatch,
  createRequest,
  type PreparedWrite,
  type WriteRequest,
  type WriteResult,
} from './append-batch.ts';
import { appendIn } from './append-in.ts';
import { AppendQueue, type QueuedWrite } from './append-queue.ts';
import { claimItems } from './claim-postgres-items.ts';
import { describeDatabase } from './client-config.ts';
import { ConnectionPool, createOutageLog } from './connection-pool.ts';
import { HeadSharing } from './head-sharing.ts';
import { preparePostgres } from './prepare-database.ts';
import { runTransaction } from './run-transaction.ts';
import { clockMs } from './sql-text.ts';
import { createStatementDialect } from './statement-dialect.ts';
import { writeSql } from './write-sql.ts';

export interface PostgresEngineOptions {
  /** `postgres://user:password@host:port/database`, with libpq's parameters. */
  readonly url: string;
  /** Those of the application's tables. */
  readonly migrations: Migrations;
  readonly log: Log;
  /** Pending operations beyond this number are refused with `unavailable`; so are reads of the tables. Default: 10,000. */
  readonly maxPending?: number;
  /**
   * The most connections of each kind. One more makes the appends, and hints have one of their own, so that a node has
   * at most 15 with the defaults.
   */
  readonly maxConnections?: Partial<ConnectionLimits>;
  /** How long to wait at the start for a database that cannot be reached. Default: 30,000. */
  readonly startTimeoutMs?: number;
  /** How long a transaction may take in all. Default: 5000. */
  readonly transactionTimeoutMs?: number;
}

export interface ConnectionLimits {
  /** For the log's own reads and small writes. Default: 3. */
  readonly log: number;
  /** For short reads of the application. Default: 7. */
  readonly reads: number;
  /**
   * For long reads of the application, each of which may keep a core of the database busy. Default: 1, which leaves one
   * to the writes wherever there are two.
   */
  readonly longReads: number;
  /** For `transaction`. Default: 2. */
  readonly transactions: number;
}

interface QueuedClaim extends QueuedWrite {
  readonly claim: DeviceClaim;
}

/** About the size of one. */
const claimCharacters = 200;

const defaultLimits: ConnectionLimits = { log: 3, reads: 7, longReads: 1, transactions: 2 };

/** How long a read of the application's may take. */
const readTimeoutMs = 5000;

/** How long an operation of the log's own may take. */
const logTimeoutMs = 10_000;

/** After PostgreSQL should have answered, because it cancels statements itself. */
const graceMs = 2000;

/**
 * Opens a log in a PostgreSQL database, which several nodes may share. While the database cannot be reached, every call
 * rejects with `unavailable`; the engine recovers by itself.
 *
 * @throws Error that says why the database cannot be used, without the password
 */
export async function openPostgresEngine({
  url,
  migrations,
  log,
  maxPending = 10_000,
  maxConnections = {},
  startTimeoutMs,
  transactionTimeoutMs = 5000,
}: PostgresEngineOptions): Promise<LogEngine> {
  await preparePostgres({ url, migrations, log, startTimeoutMs });
  const limits = { ...defaultLimits, ...maxConnections };
  const observer = createOutageLog(log, describeDatabase(url));
  const openLogPool = (connections: number) =>
    new ConnectionPool({ url, maxConnections: connections, pipeline: true, prepare: true, observer });
  const appendPool = openLogPool(1);
  const logPool = openLogPool(limits.log);
  const openReadPool = (connections: number) =>
    new ConnectionPool({
      url,
      maxConnections: connections,
      responseTimeoutMs: readTimeoutMs + graceMs,
      pipeline: true,
      observer,
    });
  const readPools: Readonly<Record<ReadKind, ConnectionPool>> = {
    short: openReadPool(limits.reads),
    long: openReadPool(limits.longReads),
  };
  const transactionPool = new ConnectionPool({ url, maxConnections: limits.transactions, observer });

  const pending = new PendingLimit(maxPending);
  const pendingReads = new PendingLimit(maxPending);
  const sharing = new HeadSharing();
  const queue = new AppendQueue<WriteRequest, WriteResult>(
    (batch) => appendBatch(appendPool, batch),
    (results, durationMs) => sharing.pauseMs(seqsOf(results), durationMs),
  );
  const connectLog = (access: 'read only' | 'read write') =>
    new Kysely<LogTables>({
      dialect: createStatementDialect({ pool: logPool, kind: { access, statementTimeoutMs: logTimeoutMs } }),
    });
  const connections = { reads: connectLog('read only'), writes: connectLog('read write') };
  const queries = createLogQueries({
    ...connections,
    now: sql<number>`${sql.raw(clockMs)}`,
    joinedTopics: sql<string>`json_build_object(
      'topics', coalesce(json_agg(topic), '[]'), 'sinceSeqs', coalesce(json_agg(since_seq), '[]'))::text`,
  });
  const devices = createDeviceQueries({ ...connections, claimItems });
  const bounds = createUserBoundQueries(connections);
  const claims = new AppendQueue<QueuedClaim, ClaimedDevice | null>((batch) =>
    devices.claimDevices(batch.map(({ claim }) => claim)),
  );
  const connectReads = (pool: ConnectionPool) =>
    new Kysely<unknown>({
      dialect: createStatementDialect({
        pool,
        kind: { access: 'read only', statementTimeoutMs: readTimeoutMs },
        limit: pendingReads,
      }),
    });
  const reads: Readonly<Record<ReadKind, Kysely<unknown>>> = {
    short: connectReads(readPools.short),
    long: connectReads(readPools.long),
  };
  const writes = new Map<string, PreparedWrite>();

  return {
    register(write) {
      const prepared = prepareWrite(write, writes);
      const run: RunWrite = async (row, key) => {
        const result = await queue.add(createRequest(prepared, row, key));
        if (result instanceof Error) throw result;
        return result;
      };
      return pending.limited(run);
    },
    transaction: (work) => pending.run(() => runTransaction(transactionPool, transactionTimeoutMs, work)),
    appendIn: pending.limited(appendIn),
    eventsAfter: pending.limited(queries.eventsAfter),
    state: pending.limited(queries.state),
    topicsOf: pending.limited(queries.topicsOf),
    beginEpoch: pending.limited(queries.beginEpoch),
    prune: pending.limited(queries.prune),
    findDeviceCursor: pending.limited(devices.findDeviceCursor),
    findDeviceHolder: pending.limited(devices.findDeviceHolder),
    saveDeviceCursors: pending.limited(devices.saveDeviceCursors),
    claimDevice: pending.limited((claim) =>
      claims.add({ claim, subjects: [deviceKey(claim)], size: claimCharacters }),
    ),
    devicesClaimedAfter: pending.limited(devices.devicesClaimedAfter),
    trimDevices: pending.limited(bounds.trimDevices),
    trimKeys: pending.limited(bounds.trimKeys),
    trimPublisherKeys: pending.limited(bounds.trimPublisherKeys),
    reads: <Tables>(kind: ReadKind = 'short') => reads[kind] as Kysely<Tables>,
    ping: pending.limited(async () => {
      await queries.state([]);
    }),
    async close() {
      await Promise.all([pending.close(), pendingReads.close()]);
      const pools = [appendPool, logPool, ...Object.values(readPools), transactionPool];
      await Promise.all(pools.map((pool) => pool.end()));
    },
  };
}

function seqsOf(results: readonly WriteResult[]): readonly number[] {
  return results.flatMap((result) => (result instanceof Error ? [] : (result.seq ?? [])));
}

/** @throws Error if the name was registered with another definition */
function prepareWrite(write: RegisteredWrite, known: Map<string, PreparedWrite>): PreparedWrite {
  const found = known.get(write.name);
  if (found !== undefined) {
    if (JSON.stringify(found.write) === JSON.stringify(write)) return found;
    throw new Error(`The write ${write.name} cannot be registered: its name has another definition.`);
  }
  const prepared = { write, sql: writeSql(write), render: earlyRenderer(write) };
  known.set(write.name, prepared);
  return prepared;
}
