import cluster from 'node:cluster';
import { createRequire } from 'node:module';
import { readCommandLine } from './config/command-line.ts';
import { renderHelp } from './config/help.ts';
import { readSettings, SettingsError } from './config/read-settings.ts';
import { createLog } from './pino-log.ts';
import { runServer, runWorker } from './workers/run-server.ts';
import { runWorkers } from './workers/run-workers.ts';

/** Runs the server until a signal or a failure ends it; resolves with the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const { action } = readCommandLine(argv);
  if (action === 'help') {
    process.stdout.write(renderHelp());
    return 0;
  }
  if (action === 'version') {
    process.stdout.write(`${readVersion()}\n`);
    return 0;
  }
  const settings = readSettings({ env: process.env, argv });
  if (cluster.isWorker) {
    return await runWorker(settings, createLog(settings.logLevel, { worker: process.pid }));
  }
  const log = createLog(settings.logLevel);
  if (settings.databaseUrl !== undefined && settings.jwtKey === undefined) {
    log.warn(
      { dataDir: settings.dataDir },
      'tokens are signed with a secret of this machine: where several share the database, give all the same JWT_SECRET',
    );
  }
  return settings.workers === 1 ? await runServer(settings, log) : await runWorkers(settings, log);
}

function readVersion(): string {
  return (createRequire(import.meta.url)('../package.json') as { readonly version: string }).version;
}

main(process.argv.slice(2))
  .then(
    (code) => {
      process.exitCode = code;
    },
    (thrown: unknown) => {
      const isSettings = thrown instanceof SettingsError;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      process.stderr.write(`${isSettings ? '' : 'Posted cannot start: '}${reason}\n`);
      process.exitCode = isSettings ? 2 : 1;
    },
  )
  // What a worker has with its primary would keep it alive.
  .finally(() => cluster.worker?.disconnect());
