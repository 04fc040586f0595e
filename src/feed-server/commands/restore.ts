/** `npm run restore`: puts a copy of the embedded store in its place. */
import { mkdir } from 'node:fs/promises';
import { restoreLog } from 'posted/log';
import { embeddedFolder } from './embedded-folder.ts';
import { runCommand } from './run-command.ts';

const usage = `Usage: npm run restore -- --from FILE [--config FILE]
       npm run restore -- --help

Puts a file that npm run backup has made in place of the embedded store of DATA_DIR, and keeps the replaced
one under another name. Stop the server first. When it starts, the log begins a new history: each client
receives a reset, reloads over REST and continues from there. Use pg_restore or psql for a database at
DATABASE_URL.
`;

await runCommand({
  usage,
  option: 'from',
  async run(settings, file) {
    const folder = embeddedFolder(settings, 'pg_restore or psql');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const replaced = await restoreLog(file, folder);
    const kept = replaced === null ? '' : ` The replaced file is ${replaced}.`;
    return `The embedded store of ${folder} was restored from ${file}.${kept}\n`;
  },
});
