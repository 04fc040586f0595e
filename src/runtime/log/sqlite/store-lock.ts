import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './sqlite-errors.ts';

/** How long to wait for an exiting process to release the file. */
export const busyTimeoutMs = 1000;

/** Limits a database file to one writer. The kernel releases the lock with the process that holds it. */
export class StoreLock implements Disposable {
  readonly #path: string;
  readonly #database: DatabaseSync;

  private constructor(path: string, database: DatabaseSync) {
    this.#path = path;
    this.#database = database;
  }

  /**
   * Locks a file beside the database. The database itself stays shared, so that other connections can read it.
   *
   * @throws Error if another process, or another store in this process, holds the lock
   */
  static take(path: string): StoreLock {
    createPrivately(lockPath(path));
    const database = new DatabaseSync(lockPath(path), { timeout: busyTimeoutMs });
    try {
      // Nothing is written: SQLite then locks the file and leaves it empty.
      database.exec('begin exclusive');
    } catch (cause) {
      database.close();
      if (isBusy(cause)) throw inUse(path, cause);
      throw cause;
    }
    return new StoreLock(path, database);
  }

  /**
   * The first version locks the database itself. Any other problem with it does not matter here.
   *
   * @throws Error if a server of that version is using it
   */
  refuseFirstVersion(): void {
    if (!existsSync(this.#path)) return;
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(this.#path);
      database.prepare('select count(*) from sqlite_schema').get();
    } catch (cause) {
      if (isBusy(cause)) throw inUse(this.#path, cause);
    } finally {
      database?.close();
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

export function inUse(path: string, cause: unknown): Error {
  return new Error(`${path} is in use by another process: stop that process, or use another folder`, {
    cause,
  });
}

/**
 * Creates a file readable by its owner only. An existing one is not opened: closing it would release the locks that a
 * store in this process holds on it (https://sqlite.org/howtocorrupt.html, 2.2).
 */
export function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function lockPath(path: string): string {
  return `${path}.lock`;
}
