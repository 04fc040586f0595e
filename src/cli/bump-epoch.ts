/** `npm run bump-epoch`: to be run once after the database was restored from a backup. */
import { join } from 'node:path';
import { readSettings, SettingsError } from '../config/read-settings.ts';
import { createLog } from '../log.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';

const usage = `Usage: npm run bump-epoch -- [--config FILE]
       npm run bump-epoch -- --help

Begins a new history of the log, in the database of the server's settings (DATA_DIR). Run it with the
server stopped, after a restore from a backup: cursors that clients got after the backup was made name
events that no longer exist. Each such client is told so by a reset, reloads over REST and goes on.
`;

async function bumpEpoch(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  const { dataDir, logLevel } = readSettings({ env: process.env, argv });
  const store = await openSqliteStore({ path: join(dataDir, 'posted.sqlite'), log: createLog(logLevel) });
  try {
    process.stdout.write(`A new history begins. Its epoch is ${await store.startNewEpoch()}.\n`);
  } finally {
    await store.close();
  }
}

try {
  await bumpEpoch(process.argv.slice(2));
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = thrown instanceof SettingsError ? 2 : 1;
}
