import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/**
 * The state of a database file according to its header, in the application id of SQLite
 * (https://sqlite.org/fileformat2.html#application_id). It is part of the file itself, so that it is copied with it.
 *
 * - `unmarked`: of the first version, or of another program.
 * - `creating`: its tables are being created. It has no data yet.
 * - `incomplete`: its newest data is in the WAL beside it.
 * - `complete`: it needs no WAL.
 * - `backup`: a copy of a log, which must begin a new epoch.
 */
export type FileState = keyof typeof applicationIds;

const applicationIds = {
  unmarked: 0,
  creating: 0x50737430,
  incomplete: 0x50737431,
  complete: 0x50737432,
  backup: 0x50737433,
};

const headerBytes = 72;
const applicationIdOffset = 68;

/**
 * Reads the state without opening the database; null for a file that is missing or empty. No connection of this process
 * may have the file open: closing it would release their locks (https://sqlite.org/howtocorrupt.html, 2.2).
 */
export function readFileState(path: string): FileState | null {
  if (sizeOf(path) === 0) return null;
  const header = Buffer.alloc(headerBytes);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, headerBytes, 0);
  } finally {
    closeSync(file);
  }
  return stateOf(header.readUInt32BE(applicationIdOffset));
}

export function fileStateOf(database: DatabaseSync): FileState {
  return stateOf(Number(database.prepare('pragma application_id').get()?.application_id));
}

/** Part of the transaction, if there is one. */
export function setFileState(database: DatabaseSync, state: FileState): void {
  database.exec(`pragma application_id = ${applicationIds[state]}`);
}

/** The size in bytes; 0 for a file that does not exist. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function stateOf(applicationId: number): FileState {
  for (const [state, id] of Object.entries(applicationIds)) {
    if (id === applicationId) return state as FileState;
  }
  return 'unmarked';
}
