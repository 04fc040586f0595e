/** `npm run bump-epoch`: begins a new history of the log by hand. */
import { createLog } from 'posted/pino';
import { openFeedLog } from '../services/open-feed-log.ts';
import { readSettings, SettingsError } from '../settings/read-settings.ts';

const usage = `Usage: npm run bump-epoch -- [--config FILE]
       npm run bump-epoch -- --help

Begins a new history of the log in the store given by the server's settings: DATABASE_URL, or else
DATA_DIR. Each client then receives a reset, reloads over REST and continues from there. A server that
starts on a restored backup does so by itself: use this command if you have changed the tables of the log
in another way. Stop the server first if it uses the embedded store.
`;

async function bumpEpoch(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  const settings = readSettings({ env: process.env, argv });
  const { engine, tail, ...eventLog } = await openFeedLog({ settings, log: createLog(settings.logLevel) });
  try {
    process.stdout.write(
      `The log has a new history with the epoch ${await engine.beginEpoch(tail.epoch)}.\n`,
    );
  } finally {
    await eventLog.close();
  }
}

try {
  await bumpEpoch(process.argv.slice(2));
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = thrown instanceof SettingsError ? 2 : 1;
}
