import cluster from 'node:cluster';
import { createRequire } from 'node:module';
import { WorkerMetrics } from 'posted/metrics';
import { disposalErrors, runServer, runWorker, runWorkers, type WorkerContext } from 'posted/node';
import { createLog, type ProcessLog } from 'posted/pino';
import { renderBanner } from './banner.ts';
import { type FeedServer, startFeedServer } from './feed-server.ts';
import { readCommandLine } from './settings/command-line.ts';
import { renderHelp } from './settings/help.ts';
import { readSettings, type Settings, SettingsError } from './settings/read-settings.ts';

/** Extra time for a worker to stop, for steps without a time limit. */
const graceMs = 5000;

/** How long unwritten log records and open connections may delay the exit. */
const exitTimeoutMs = 1000;

/** Runs the server until a signal or a failure stops it. Resolves with the exit code. */
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
    return await runWorker({ start: (worker) => start(settings, log, worker), log });
  }
  const log = createLog(settings.logLevel);
  if (settings.databaseUrl !== undefined && settings.jwtKey === undefined) {
    log.warn(
      { dataDir: settings.dataDir },
      "tokens are signed with this machine's secret; if several machines share the database, set the same JWT_SECRET on all of them",
    );
  }
  const onReady = (url: string): void => void process.stdout.write(renderBanner(url, settings));
  if (settings.workers === 1) return await runServer({ start: () => start(settings, log), onReady, log });
  const { workers: count, host, port, shutdownDrainMs, shutdownTimeoutMs } = settings;
  const stopTimeoutMs = shutdownDrainMs + shutdownTimeoutMs + graceMs;
  const metrics = new WorkerMetrics({ droppedLogRecords: () => log.droppedRecords });
  return await runWorkers({ count, host, port, stopTimeoutMs, metrics, onReady, log });
}

function start(settings: Settings, log: ProcessLog, worker?: WorkerContext): Promise<FeedServer> {
  return startFeedServer(settings, log, { ...worker, droppedLogRecords: () => log.droppedRecords });
}

function readVersion(): string {
  return (createRequire(import.meta.url)('./package.json') as { readonly version: string }).version;
}

// The server keeps running when its output is closed.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

main(process.argv.slice(2))
  .then(
    (code) => {
      process.exitCode = code;
    },
    (thrown: unknown) => {
      const isSettings = thrown instanceof SettingsError;
      const reasons = disposalErrors(thrown).map((each) =>
        each instanceof Error ? each.message : String(each),
      );
      process.stderr.write(`${isSettings ? '' : 'Posted cannot start: '}${reasons.join('\n')}\n`);
      process.exitCode = isSettings ? 2 : 1;
    },
  )
  .finally(() => {
    // The channel to the primary would keep a worker alive.
    cluster.worker?.disconnect();
    setTimeout(() => process.exit(), exitTimeoutMs).unref();
  });
