import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LogEngine } from '../../../../src/runtime/log/engine.ts';
import {
  openSqliteEngine,
  type SqliteEngineOptions,
} from '../../../../src/runtime/log/sqlite/sqlite-engine.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { migrations } from '../suite/notes-application.ts';

/** The path of a database in a new folder, which is deleted after the test. */
export async function makeDatabasePath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-log-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'posted.sqlite');
}

/** Opens an engine with the tables of notes-application.ts, and closes it at the end of the test. */
export async function openEngine(
  options: Partial<SqliteEngineOptions> & Pick<SqliteEngineOptions, 'path'>,
): Promise<LogEngine> {
  const engine = await openSqliteEngine({ log: silentLog, migrations, ...options });
  onTestFinished(() => engine.close());
  return engine;
}
