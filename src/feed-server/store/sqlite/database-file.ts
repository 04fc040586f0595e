import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** SQLite's primary result codes, https://sqlite.org/rescode.html */
const primary = { busy: 5, ioError: 10, corrupt: 11, notADatabase: 26 };

/** How long to wait for an exiting process to release the file. */
const busyTimeoutMs = 1000;

/**
 * Opens or creates the file in WAL mode with an exclusive lock, which the kernel releases if the process
 * dies. Every commit is on disk when it returns.
 *
 * @throws Error that says what to do about a file that is locked or damaged
 */
export function openDatabaseFile(path: string): DatabaseSync {
  try {
    createPrivately(path);
    const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
    // The locking mode comes first: then the WAL index is never shared, and the first access to the file
    // takes the lock and keeps it (https://sqlite.org/wal.html#noshm).
    database.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full');
    return database;
  } catch (cause) {
    throw new Error(explain(path, cause), { cause });
  }
}

/** Whether reading or writing the file failed, after which its contents are unknown. */
export function isIoError(error: unknown): boolean {
  return primaryCode(error) === primary.ioError;
}

/** SQLite's message, for the log: it names tables and columns but contains no values. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'errcode' in error ? `${error.message} (SQLite ${String(error.errcode)})` : error.message;
}

/**
 * Creates the file readable by its owner only: it contains password hashes. An existing file is not
 * opened: closing it would release the locks of a store in this process that has it open
 * (https://sqlite.org/howtocorrupt.html, 2.2).
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
      return `${path} is in use by another process: stop that process, or use another folder`;
    case primary.corrupt:
    case primary.notADatabase:
      return `${path} is damaged or is not an SQLite database: restore it from a backup, or move it away`;
    default:
      return `cannot open ${path}: ${describeError(error)}`;
  }
}

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return undefined;
  return error.errcode & 0xff;
}
