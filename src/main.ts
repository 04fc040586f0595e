import { createRequire } from 'node:module';
import { renderBanner } from './banner.ts';
import { readCommandLine } from './config/command-line.ts';
import { renderHelp } from './config/help.ts';
import { readSettings, SettingsError } from './config/read-settings.ts';
import { type FeedServer, startFeedServer } from './feed-server.ts';
import type { Log } from './log.ts';
import { createLog } from './pino-log.ts';

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
  const log = createLog(settings.logLevel);
  const server = await startFeedServer(settings, log);
  process.stdout.write(renderBanner({ url: server.url, dataDir: settings.dataDir }));
  return await serveUntilStopped(server, log);
}

async function serveUntilStopped(server: FeedServer, log: Log): Promise<number> {
  const stopped = new Promise<'signal'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        log.info({ signal }, 'stopping');
        // Whoever asks twice does not want to wait.
        process.once(signal, () => process.exit(1));
        resolve('signal');
      });
    }
  });
  const failed = server.failure.then((err) => {
    log.error({ err }, 'the server cannot go on');
    return 'failure' as const;
  });
  const cause = await Promise.race([stopped, failed]);
  await server.close();
  log.info({}, 'stopped');
  return cause === 'signal' ? 0 : 1;
}

function readVersion(): string {
  return (createRequire(import.meta.url)('../package.json') as { readonly version: string }).version;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (thrown: unknown) => {
    const isSettings = thrown instanceof SettingsError;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    process.stderr.write(`${isSettings ? '' : 'Posted cannot start: '}${reason}\n`);
    process.exitCode = isSettings ? 2 : 1;
  },
);
