import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { Checkpoints } from './checkpoints.ts';
import { fileStateOf, readFileState, setFileState, sizeOf } from './file-state.ts';
import { describeError, isBusy, isDamaged } from './sqlite-errors.ts';
import { busyTimeoutMs, createPrivately, inUse, StoreLock } from './store-lock.ts';

/** Bounds the size of the WAL once all of it has been checkpointed. */
const maxIdleWalBytes = 64 * 1024 * 1024;

/** For the pages of indexes of random ids, which do not fit into SQLite's default of 2 MB. */
const writerCacheKb = 65_536;

/** The file of a log, open for writing. */
export interface DatabaseFile {
  readonly database: DatabaseSync;
  readonly checkpoints: Checkpoints;
  /** Call it once the tables are current, and before anything that must not be lost is written. */
  markMigrated(): void;
  /** Leaves everything in the one file, unless another process still reads it. */
  close(): void;
}

/**
 * Opens or creates a database in WAL mode, for one writer and any number of readers. Every commit is on disk when it
 * returns.
 *
 * @throws Error that says what to do about a file that is in use, damaged, or copied without its WAL
 */
export function openDatabaseFile(path: string): DatabaseFile {
  let lock: StoreLock | undefined;
  let database: DatabaseSync | undefined;
  try {
    lock = StoreLock.take(path);
    const isNew = refuseIncomplete(path);
    createPrivately(path);
    database = new DatabaseSync(path, { timeout: busyTimeoutMs });
    // In the rollback journal of a new file: its header and this mark are written together.
    if (isNew) setFileState(database, 'creating');
    database.exec(`
      pragma journal_mode = wal;
      pragma synchronous = full;
      pragma secure_delete = on;
      pragma temp_store = memory;
      pragma cache_size = -${writerCacheKb};
      pragma journal_size_limit = ${maxIdleWalBytes};
      pragma wal_autocheckpoint = 0;
    `);
    return createDatabaseFile(database, lock);
  } catch (cause) {
    database?.close();
    lock?.[Symbol.dispose]();
    throw explain(path, cause);
  }
}

/**
 * Opens the database for reading only, beside the process that writes it.
 *
 * @throws Error that says what to do
 */
export function openForReading(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
    database.exec('pragma temp_store = memory');
    return database;
  } catch (cause) {
    throw explain(path, cause);
  }
}

function createDatabaseFile(database: DatabaseSync, lock: StoreLock): DatabaseFile {
  const checkpoints = new Checkpoints(database);
  return {
    database,
    checkpoints,
    markMigrated() {
      if (fileStateOf(database) === 'backup') {
        // The clients of a restored backup may have seen events that it lacks.
        database.exec('begin immediate');
        database.prepare('update posted_meta set epoch = ?').run(randomUUID());
        setFileState(database, 'incomplete');
        database.exec('commit');
      }
      checkpoints.run('full');
    },
    close() {
      // As the last connection, it moves all of the WAL to the file, and removes it.
      database.close();
      lock[Symbol.dispose]();
    },
  };
}

/**
 * Returns whether the file is new: without it, or with one that has nothing in it yet.
 *
 * @throws Error if the file lacks data that was in its WAL
 */
function refuseIncomplete(path: string): boolean {
  const state = readFileState(path);
  const hasWal = sizeOf(`${path}-wal`) > 0;
  if (state === null && hasWal) {
    throw new Error(
      `it is missing or empty, but ${path}-wal has data: put the file back, or move the other away`,
    );
  }
  if (state === null || state === 'creating') return !hasWal;
  const isIncomplete = state === 'incomplete' || (state === 'unmarked' && isWithoutTables(path));
  if (isIncomplete && !hasWal) {
    throw incompleteError(path);
  }
  return false;
}

export function incompleteError(path: string): Error {
  return new Error(
    `${path} lacks its newest data, which was in ${path}-wal: copy both while the server is stopped, or make a copy with the backup command. To give up what is missing, restore this file as if it were a backup`,
  );
}

/** The first version leaves a file without tables until its WAL has reached a certain size. */
function isWithoutTables(path: string): boolean {
  // Immutable: nothing is created beside the file.
  const url = pathToFileURL(path);
  url.search = 'immutable=1';
  const database = new DatabaseSync(url, { readOnly: true });
  try {
    return database.prepare('select count(*) as tables from sqlite_schema').get()?.tables === 0;
  } finally {
    database.close();
  }
}

function explain(path: string, cause: unknown): Error {
  if (isBusy(cause)) return inUse(path, cause);
  if (isDamaged(cause)) {
    return new Error(
      `${path} is damaged or is not an SQLite database: restore it from a backup, or move it away`,
      { cause },
    );
  }
  const reason = describeError(cause);
  return new Error(reason.startsWith(path) ? reason : `cannot open ${path}: ${reason}`, { cause });
}
