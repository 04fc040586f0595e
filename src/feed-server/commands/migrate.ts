/** `npm run migrate`: migrates the tables to the schema of this version without starting a server. */
import { mkdir } from 'node:fs/promises';
import { migrateLog } from 'posted/log';
import { createLog } from 'posted/pino';
import { databaseOf } from '../services/open-feed-log.ts';
import { feedMigrations } from '../store/migrations/feed-migrations.ts';
import { runCommand } from './run-command.ts';

const usage = `Usage: npm run migrate -- [--config FILE]
       npm run migrate -- --help

Migrates the store given by the server's settings (DATABASE_URL, or else DATA_DIR) to the schema of this
version. A server does so when it starts; use this command if the server's database user may not create
tables. Stop the server first if it uses the embedded store, and all servers of version 0.1.0. Running servers of
other versions continue to work, but they do not start again with the new schema.
`;

await runCommand({
  usage,
  async run(settings) {
    const { databaseUrl, dataDir, logLevel } = settings;
    if (databaseUrl === undefined) await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const { applied, schema } = await migrateLog({
      database: databaseOf(settings),
      migrations: feedMigrations,
      log: createLog(logLevel),
    });
    const result = applied.length === 0 ? 'Already up to date' : `Applied ${applied.join(', ')}`;
    return `${result}. The schema version is ${schema}.\n`;
  },
});
