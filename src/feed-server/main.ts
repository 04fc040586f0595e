import cluster from 'node:cluster';
import { disposalErrors, endProcess, superviseWorkers, WorkerStartError } from 'posted/node';
import { createLog } from 'posted/pino';
import { renderBanner } from './banner.ts';
import { listenOptionsOf, settingNames, startFeedServer } from './feed-server.ts';
import { shareEmbeddedLog } from './services/open-feed-log.ts';
import { readCommandLine } from './settings/command-line.ts';
import { renderHelp } from './settings/help.ts';
import { readSettings, SettingsError } from './settings/read-settings.ts';
import { version } from './version.ts';

/** Starts the server, or the workers that serve. Signals and failures end the process. */
async function main(argv: readonly string[]): Promise<void> {
  const { action } = readCommandLine(argv);
  if (action === 'help') {
    process.stdout.write(renderHelp());
    return;
  }
  if (action === 'version') {
    process.stdout.write(`${version}\n`);
    return;
  }
  const settings = readSettings({ env: process.env, argv });
  if (cluster.isWorker) {
    await startFeedServer(settings, createLog(settings.logLevel, { worker: process.pid }), { signals: true });
    return;
  }
  const log = createLog(settings.logLevel);
  const { databaseUrl, jwtKey, jwtKeys, jwtJwks } = settings;
  if (databaseUrl !== undefined && (jwtKey ?? jwtKeys ?? jwtJwks) === undefined) {
    log.warn(
      { dataDir: settings.dataDir },
      "tokens are signed with this machine's secret; if several machines share the database, set the same JWT_SECRET on all of them",
    );
  }
  const urls =
    settings.workers === 1
      ? await startFeedServer(settings, log, { signals: true })
      : await superviseWorkers({
          ...listenOptionsOf(settings),
          ...(await shareEmbeddedLog(settings)),
          settingNames,
          log,
        });
  process.stdout.write(renderBanner(urls, settings));
}

// The server keeps running when its output is closed.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const isSettings = thrown instanceof SettingsError;
  if (!(thrown instanceof WorkerStartError)) {
    const reasons = disposalErrors(thrown).map((each) =>
      each instanceof Error ? each.message : String(each),
    );
    process.stderr.write(`${isSettings ? '' : 'Posted cannot start: '}${reasons.join('\n')}\n`);
  }
  endProcess(isSettings ? 2 : 1);
});
