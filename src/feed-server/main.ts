import cluster from 'node:cluster';
import { createRequire } from 'node:module';
import { WorkerMetrics } from 'posted/metrics';
import { runServer, runWorker, runWorkers } from 'posted/node';
import { createLog } from 'posted/pino';
import { renderBanner } from './banner.ts';
import { startFeedServer } from './feed-server.ts';
import { readCommandLine } from './settings/command-line.ts';
import { renderHelp } from './settings/help.ts';
import { readSettings, SettingsError } from './settings/read-settings.ts';

/** What a worker may need beside the times of the settings, for steps without a limit of their own. */
const graceMs = 5000;

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
    const log = createLog(settings.logLevel, { worker: process.pid });
    return await runWorker({ start: (worker) => startFeedServer(settings, log, worker), log });
  }
  const log = createLog(settings.logLevel);
  if (settings.databaseUrl !== undefined && settings.jwtKey === undefined) {
    log.warn(
      { dataDir: settings.dataDir },
      'tokens are signed with a secret of this machine: where several share the database, give all the same JWT_SECRET',
    );
  }
  const onReady = (url: string): void => void process.stdout.write(renderBanner(url, settings));
  if (settings.workers === 1)
    return await runServer({ start: () => startFeedServer(settings, log), onReady, log });
  const { workers: count, host, port, shutdownDrainMs, shutdownTimeoutMs } = settings;
  const stopTimeoutMs = shutdownDrainMs + shutdownTimeoutMs + graceMs;
  return await runWorkers({ count, host, port, stopTimeoutMs, metrics: new WorkerMetrics(), onReady, log });
}

function readVersion(): string {
  return (createRequire(import.meta.url)('../../package.json') as { readonly version: string }).version;
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
