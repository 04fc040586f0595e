/** `npm run bump-epoch`: to be run once after the database was restored from a backup. */

import { createLog } from 'posted/pino';
import { readSettings, SettingsError } from '../settings/read-settings.ts';
import { openStore } from '../store/open-store.ts';

const usage = `Usage: npm run bump-epoch -- [--config FILE]
       npm run bump-epoch -- --help

Begins a new history of the log, in the database of the server's settings (DATABASE_URL, or else
DATA_DIR). Run it with all servers stopped, after a restore from a backup: cursors that clients got after the backup was made name
events that no longer exist. Each such client is told so by a reset, reloads over REST and goes on.
`;

async function bumpEpoch(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  const { databaseUrl, dataDir, logLevel } = readSettings({ env: process.env, argv });
  const place = { databaseUrl: databaseUrl?.reveal(), dataDir };
  const store = await openStore({ ...place, log: createLog(logLevel) });
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
