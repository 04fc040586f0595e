/** `npm run bump-epoch`: begins a new history of the log by hand. */
import { createLog } from 'posted/pino';
import { openFeedLog } from '../services/open-feed-log.ts';
import { runCommand } from './run-command.ts';

const usage = `Usage: npm run bump-epoch -- [--config FILE]
       npm run bump-epoch -- --help

Begins a new history of the log in the store given by the server's settings: DATABASE_URL, or else
DATA_DIR. Each client then receives a reset, reloads over REST and continues from there. A server that
starts on a restored backup does so by itself: use this command if you have changed the tables of the log
in another way. Stop the server first if it uses the embedded store.
`;

await runCommand({
  usage,
  async run(settings) {
    const eventLog = await openFeedLog({ settings, log: createLog(settings.logLevel) });
    try {
      const epoch = await eventLog.engine.beginEpoch(eventLog.tail.epoch);
      return `The log has a new history with the epoch ${epoch}.\n`;
    } finally {
      await eventLog.close();
    }
  },
});
