import { closeSync, copyFileSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { incompleteError, openForReading } from './database-file.ts';
import { fileStateOf, setFileState, sizeOf } from './file-state.ts';
import { describeError } from './sqlite-errors.ts';
import { createPrivately, StoreLock } from './store-lock.ts';

/** All pages in one step: a backup in several would begin anew with each write of another process. */
const allPages = 2 ** 31 - 1;

/**
 * Copies a log, whether or not a server is using it, as it is at one moment. The copy is one file without a WAL. Opening
 * it, wherever it was put, begins a new epoch, because clients may have seen events that it lacks.
 *
 * @throws Error that says what is wrong, and leaves no file behind
 */
export async function backupSqlite(fromPath: string, toPath: string): Promise<void> {
  if (sizeOf(fromPath) === 0) throw new Error(`${fromPath} does not exist, or is empty`);
  if (sizeOf(toPath) > 0) throw new Error(`${toPath} exists already: name another file, or move it away`);
  const partial = `${toPath}.partial`;
  try {
    removeDatabase(partial);
    createPrivately(partial);
    const source = openForReading(fromPath);
    try {
      const isIncomplete = fileStateOf(source) === 'incomplete' && sizeOf(`${fromPath}-wal`) === 0;
      if (isIncomplete) throw incompleteError(fromPath);
      await backup(source, partial, { rate: allPages });
    } finally {
      source.close();
    }
    markAsBackup(partial, fromPath);
    renameSync(partial, toPath);
    syncPath(dirname(toPath));
  } catch (thrown) {
    removeDatabase(partial);
    throw thrown;
  }
}

/**
 * Puts a backup, or any other copy of a log, in place of one that no server is using. The log begins a new epoch when it
 * is opened. Resolves with the new name of the replaced file; null if nothing was replaced.
 *
 * @throws Error that says what is wrong, with nothing changed
 */
export async function restoreSqlite(backupPath: string, path: string): Promise<string | null> {
  using lock = StoreLock.take(path);
  lock.refuseFirstVersion();
  const partial = `${path}.partial`;
  try {
    removeDatabase(partial);
    copyFileSync(backupPath, partial);
    if (sizeOf(`${backupPath}-wal`) > 0) copyFileSync(`${backupPath}-wal`, `${partial}-wal`);
    markAsBackup(partial, backupPath);
    const previous = sizeOf(path) === 0 ? null : `${path}.replaced-${timestamp()}`;
    if (previous !== null) {
      // The WAL first: without it, its file would be refused rather than opened with less.
      if (sizeOf(`${path}-wal`) > 0) renameSync(`${path}-wal`, `${previous}-wal`);
      renameSync(path, previous);
    }
    removeDatabase(path);
    renameSync(partial, path);
    syncPath(dirname(path));
    return previous;
  } catch (thrown) {
    removeDatabase(partial);
    throw thrown;
  }
}

/** Leaves one file, checked and on disk. `source` is where it comes from, for errors. */
function markAsBackup(path: string, source: string): void {
  const database = new DatabaseSync(path);
  try {
    database.exec('pragma journal_mode = delete; pragma synchronous = full');
    const check = database.prepare('pragma quick_check(1)').get()?.quick_check;
    if (check !== 'ok') throw new Error(`it is damaged: ${String(check)}`);
    const tables = database
      .prepare("select count(*) as n from sqlite_schema where name in ('posted_meta', 'meta')")
      .get()?.n;
    if (tables === 0) throw new Error('it has no log of Posted');
    setFileState(database, 'backup');
  } catch (cause) {
    throw new Error(`${source} cannot be used: ${describeError(cause)}`, { cause });
  } finally {
    database.close();
  }
  syncPath(path);
}

function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${suffix}`, { force: true });
}

function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function timestamp(): string {
  return new Date().toISOString().replaceAll(/[:.]/g, '-');
}
