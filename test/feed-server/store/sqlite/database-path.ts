import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The path of a database in a new folder, which is deleted after the test. */
export async function makeDatabasePath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'posted.sqlite');
}
