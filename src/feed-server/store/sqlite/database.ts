import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** SQLite's primary result codes, https://sqlite.org/rescode.html */
const primary = { busy: 5, ioError: 10, corrupt: 11, notADatabase: 26 };

/** How long to wait for a process that is on its way out to let go of the file. */
const busyTimeoutMs = 1000;

/**
 * Opens or creates the file, for this connection alone: in WAL mode with an exclusive lock, which the
 * kernel takes back from a process that dies. Every commit is on disk when it returns.
 *
 * @throws Error that says what to do about a file that is in use or damaged
 */
export function openDatabase(path: string): DatabaseSync {
  try {
    createPrivately(path);
    const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
    // The lock must be asked for first: then the index of the WAL is never shared, and the first
    // look at the file takes the lock and keeps it (https://sqlite.org/wal.html#noshm).
    database.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full');
    return database;
  } catch (cause) {
    throw new Error(explain(path, cause), { cause });
  }
}

/** Whether reading or writing the file has failed, so that nobody can say what it holds. */
export function isIoError(error: unknown): boolean {
  return primaryCode(error) === primary.ioError;
}

/** What SQLite says, for the log: it names tables and columns, never a value. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'errcode' in error ? `${error.message} (SQLite ${String(error.errcode)})` : error.message;
}

/**
 * The file holds hashes of passwords. A file that exists is not opened here: closing it would end the
 * locks of a store that has it open in this process (https://sqlite.org/howtocorrupt.html, 2.2).
 */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function explain(path: string, error: unknown): string {
  switch (primaryCode(error)) {
    case primary.busy:
      return `another process uses ${path}: stop it, or use another folder`;
    case primary.corrupt:
    case primary.notADatabase:
      return `${path} is damaged or not an SQLite database: restore it from a backup, or move it away`;
    default:
      return `cannot open ${path}: ${describeError(error)}`;
  }
}

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return undefined;
  return error.errcode & 0xff;
}
