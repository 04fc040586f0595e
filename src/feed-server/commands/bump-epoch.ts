/** `npm run bump-epoch`: run it once after restoring the database from a backup. */
import { createLog } from 'posted/pino';
import { readSettings, SettingsError } from '../settings/read-settings.ts';
import { openStore } from '../store/open-store.ts';

const usage = `Usage: npm run bump-epoch -- [--config FILE]
       npm run bump-epoch -- --help

Begins a new history of the log in the store given by the server's settings: DATABASE_URL, or else
DATA_DIR. Stop all servers and run it after you restore a backup: cursors that clients received after
the backup point to events that no longer exist. Each client then receives a reset, reloads over REST
and continues from there.
`;

async function bumpEpoch(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  const { databaseUrl, dataDir, logLevel } = readSettings({ env: process.env, argv });
  const location = { databaseUrl: databaseUrl?.reveal(), dataDir };
  const store = await openStore({ ...location, log: createLog(logLevel) });
  try {
    process.stdout.write(`The log has a new history with the epoch ${await store.startNewEpoch()}.\n`);
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
