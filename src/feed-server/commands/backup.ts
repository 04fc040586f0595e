/** `npm run backup`: copies the embedded store, also while a server is using it. */
import { backupLog } from 'posted/log';
import { embeddedFolder } from './embedded-folder.ts';
import { runCommand } from './run-command.ts';

const usage = `Usage: npm run backup -- --to FILE [--config FILE]
       npm run backup -- --help

Copies the embedded store of DATA_DIR, with everything that was answered with 200 so far, to a new file. The
server may be running. Use pg_dump for a database at DATABASE_URL. Back up the generated secret of DATA_DIR,
too, unless JWT_SECRET is set: it signs the tokens.
`;

await runCommand({
  usage,
  option: 'to',
  async run(settings, file) {
    await backupLog(embeddedFolder(settings, 'pg_dump'), file);
    return `The embedded store was copied to ${file}.\n`;
  },
});
