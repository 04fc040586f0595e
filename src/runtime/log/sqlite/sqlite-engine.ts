import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Kysely, SelectQueryNode, sql } from 'kysely';
import { PostedError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { createDeviceQueries } from '../device-queries.ts';
import type { LogEngine, ReadKind } from '../engine.ts';
import { createLogQueries } from '../log-queries.ts';
import { type MigrationResult, type Migrations, runMigrations } from '../migrations/run-migrations.ts';
import { PendingLimit } from '../pending-limit.ts';
import type { LogTables } from '../tables.ts';
import { createUserBoundQueries } from '../user-bound-queries.ts';
import { claimItems } from './claim-items.ts';
import { runTransaction } from './engine-transaction.ts';
import { diskFull, toError } from './failure.ts';
import type { Statement } from './protocol.ts';
import { ReaderPool } from './reader-pool.ts';
import type { Rows } from './reader-protocol.ts';
import { type OtherProcesses, RemoteWriter } from './remote-writer.ts';
import { RegisteredWrites } from './run-write.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';
import type { SqliteWriter } from './sqlite-writer.ts';
import { ThreadWriter } from './thread-writer.ts';
import type { FromHost, ToHost, WriterPort } from './writer-port.ts';

export interface SqliteEngineOptions {
  /** The database file, created if it does not exist. Its folder must exist. */
  readonly path: string;
  /** Of the application's own tables. */
  readonly migrations: Migrations;
  readonly log: Log;
  /** Pending writes, and pending reads, beyond this number are refused with `unavailable`. Default: 10,000. */
  readonly maxPending?: number;
  /** Threads for short reads of the application. Default: 2. */
  readonly readThreads?: number;
  /** Threads for long reads of the application. Default: 1. */
  readonly longReadThreads?: number;
  /** How long a read may take, including its wait for a thread. Default: 5000. */
  readonly readDeadlineMs?: number;
  /** How long a transaction may take. Default: 5000. */
  readonly transactionTimeoutMs?: number;
  /** Called once if the engine fails, after which every write rejects with `unavailable`: stop the server. */
  readonly onFailure?: (cause: Error) => void;
}

type Read = () => Promise<Rows>;

const defaultDeadlineMs = 5000;

const minFreeBytes = 1024 * 1024;

const readHead: Statement = { sql: 'select seq from posted_head', parameters: [], mode: 'alone' };
const touchHead: Statement = { sql: 'update posted_head set seq = seq', parameters: [], mode: 'grouped' };

/** The log's own reads are quick, and more than one at a time keeps their thread busy. */
const logReadsPerThread = 16;

const now = sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;
const joinedTopics = sql<string>`json_object(
  'topics', json_group_array(topic), 'sinceSeqs', json_group_array(since_seq))`;

/**
 * Opens a log in an SQLite file, which one process at a time can write: a thread runs all writes, and others run the
 * reads, each on a connection of its own.
 *
 * @throws Error that says why the file cannot be used: in use by another process, damaged, incomplete or newer
 */
export async function openSqliteEngine(options: SqliteEngineOptions): Promise<LogEngine> {
  const { path, migrations, transactionTimeoutMs = defaultDeadlineMs } = options;
  const { writer } = await openMigrated(path, migrations, transactionTimeoutMs);
  return createSqliteEngine(writer, options);
}

/**
 * Opens the writer of a file for other processes, which `joinSqliteEngine` connects to it.
 *
 * @throws Error that says why the file cannot be used
 */
export async function openSharedWriter({
  path,
  migrations,
  transactionTimeoutMs = defaultDeadlineMs,
}: Pick<SqliteEngineOptions, 'path' | 'migrations' | 'transactionTimeoutMs'>): Promise<SqliteWriter> {
  return (await openMigrated(path, migrations, transactionTimeoutMs)).writer;
}

/**
 * Opens the log in a file whose writer is in another process. Reads are those of this process.
 *
 * @throws Error if the other process is gone, or its writer has failed
 */
export async function joinSqliteEngine(
  port: WriterPort<ToHost, FromHost>,
  options: Omit<SqliteEngineOptions, 'migrations'>,
): Promise<{ readonly engine: LogEngine; readonly others: OtherProcesses }> {
  const writer = await RemoteWriter.join(port);
  return { engine: createSqliteEngine(writer, options), others: writer };
}

/**
 * Migrates the tables of a file to the schema of this version. Creates the file if it does not exist.
 *
 * @throws Error that says why the file cannot be used
 */
export async function migrateSqliteFile(path: string, migrations: Migrations): Promise<MigrationResult> {
  const { writer, migration } = await openMigrated(path, migrations, defaultDeadlineMs);
  await writer.close();
  return migration;
}

async function openMigrated(
  path: string,
  application: Migrations,
  transactionTimeoutMs: number,
): Promise<{ readonly writer: SqliteWriter; readonly migration: MigrationResult }> {
  const writer = await ThreadWriter.open({ path, transactionTimeoutMs });
  try {
    const migration = await runMigrations(connectWriter(writer, 'alone'), {
      // `integer` makes the primary key SQLite's row id; `text` compares by code point.
      types: { engine: 'sqlite', integer: 'integer', text: 'text' },
      application,
    });
    await writer.markMigrated();
    return { writer, migration };
  } catch (cause) {
    await writer.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path} cannot be used: ${reason}`, { cause });
  }
}

/** The engine on a file whose tables are current. */
function createSqliteEngine(
  writer: SqliteWriter,
  {
    path,
    log,
    maxPending = 10_000,
    readThreads = 2,
    longReadThreads = 1,
    readDeadlineMs = defaultDeadlineMs,
    transactionTimeoutMs = defaultDeadlineMs,
    onFailure,
  }: Omit<SqliteEngineOptions, 'migrations'>,
): LogEngine {
  let isFailed = false;
  void writer.failed.then((err) => {
    isFailed = true;
    log.error({ err }, 'the database has failed');
    onFailure?.(err);
  });
  const onError = (err: Error): void => log.error({ err }, 'a thread that reads the database has failed');
  const pool = { path, deadlineMs: readDeadlineMs, readsPerThread: 1, onError };
  const logReaders = new ReaderPool({ ...pool, threads: 1, readsPerThread: logReadsPerThread });
  const readers: Readonly<Record<ReadKind, ReaderPool>> = {
    short: new ReaderPool({ ...pool, threads: readThreads }),
    long: new ReaderPool({ ...pool, threads: longReadThreads, isLowPriority: true }),
  };
  const limits = {
    writes: new PendingLimit(maxPending),
    logReads: new PendingLimit(maxPending),
    reads: new PendingLimit(maxPending),
  };
  const { writes, logReads } = limits;
  const connectReaders = <Tables>(some: ReaderPool, limited: (read: Read) => Promise<Rows>): Kysely<Tables> =>
    new Kysely<Tables>({
      dialect: createSqliteDialect(async ({ sql: text, parameters }, signal) => {
        if (isFailed) throw new PostedError('unavailable', 'The database has failed.');
        return { rows: await limited(() => some.read(text, parameters, signal)), changes: 0 };
      }),
    });
  const limited = (read: Read) => limits.reads.run(read);
  const reads: Readonly<Record<ReadKind, Kysely<unknown>>> = {
    short: connectReaders(readers.short, limited),
    long: connectReaders(readers.long, limited),
  };
  const connections = {
    reads: connectReaders<LogTables>(logReaders, (read) => read()),
    writes: connectWriter<LogTables>(writer, 'grouped'),
  };
  const queries = createLogQueries({ ...connections, now, joinedTopics });
  const devices = createDeviceQueries({ ...connections, claimItems });
  const bounds = createUserBoundQueries(connections);
  const registered = new RegisteredWrites(writer, writes, log);

  return {
    register: (write) => registered.register(write),
    transaction: (work) => writes.run(() => runTransaction(writer, transactionTimeoutMs, work)),
    appendIn: () =>
      Promise.reject(
        new PostedError('internal', 'Only the engine writes an SQLite file: use its `transaction`.'),
      ),
    eventsAfter: logReads.limited(queries.eventsAfter),
    state: logReads.limited(queries.state),
    topicsOf: logReads.limited(queries.topicsOf),
    findDeviceCursor: logReads.limited(devices.findDeviceCursor),
    findDeviceHolder: logReads.limited(devices.findDeviceHolder),
    devicesClaimedAfter: logReads.limited(devices.devicesClaimedAfter),
    beginEpoch: writes.limited(queries.beginEpoch),
    prune: writes.limited(queries.prune),
    saveDeviceCursors: writes.limited(devices.saveDeviceCursors),
    // The writer commits those that come together in one transaction.
    claimDevice: writes.limited(async (claim) => (await devices.claimDevices([claim]))[0] ?? null),
    trimDevices: writes.limited(bounds.trimDevices),
    trimKeys: writes.limited(bounds.trimKeys),
    trimPublisherKeys: writes.limited(bounds.trimPublisherKeys),
    reads: <Tables>(kind: ReadKind = 'short') => reads[kind] as Kysely<Tables>,
    ping: writes.limited(async () => {
      if (writer.isFull) await checkSpace(path);
      // On a full disk, only a write shows that there is space again.
      await writer.request('statement', writer.isFull ? touchHead : readHead);
    }),
    async close() {
      await Promise.all(Object.values(limits).map((limit) => limit.close()));
      await Promise.all([logReaders, readers.short, readers.long].map((each) => each.close()));
      await writer.close();
    },
  };
}

/** A small write may find space in the WAL while others fail: a full disk needs more than that to be usable again. */
async function checkSpace(path: string): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  if (bavail * bsize < minFreeBytes) throw toError(diskFull);
}

/** Reads run in the thread that writes. */
function connectWriter<Tables>(writer: SqliteWriter, mode: Statement['mode']): Kysely<Tables> {
  return new Kysely({
    dialect: createSqliteDialect(({ query, sql: text, parameters }) =>
      writer.request('statement', {
        sql: text,
        parameters,
        mode: SelectQueryNode.is(query) ? 'alone' : mode,
      }),
    ),
  });
}
