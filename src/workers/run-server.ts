import { renderBanner } from '../banner.ts';
import type { Settings } from '../config/read-settings.ts';
import { type FeedServer, startFeedServer } from '../feed-server.ts';
import type { Log } from '../log.ts';
import { createPrimaryLink } from './primary-link.ts';
import { stopSignal } from './stop-signal.ts';

/** Is the whole server, until a signal or a failure ends it; resolves with the exit code. */
export async function runServer(settings: Settings, log: Log): Promise<number> {
  const server = await startFeedServer(settings, log);
  process.stdout.write(renderBanner(server.url, settings));
  return await serveUntil(stopSignal(['SIGINT', 'SIGTERM'], log), server, log);
}

/** Is one of several workers, which its primary may end, and whose primary talks to people. */
export async function runWorker(settings: Settings, log: Log): Promise<number> {
  // A terminal and service managers send signals to workers too; what becomes of these the primary decides.
  for (const signal of ['SIGINT', 'SIGUSR2'] as const) process.on(signal, () => {});
  const link = createPrimaryLink();
  const server = await startFeedServer(settings, log, { renderMetrics: link.renderMetrics });
  link.ready(server);
  return await serveUntil(Promise.race([link.stop, stopSignal(['SIGTERM'], log)]), server, log);
}

async function serveUntil(
  stopped: Promise<{ readonly drain: boolean }>,
  server: FeedServer,
  log: Log,
): Promise<number> {
  const failed = server.failure.then((err) => {
    log.error({ err }, 'the server cannot go on');
    return null;
  });
  const stop = await Promise.race([stopped, failed]);
  await server.close({ drain: stop?.drain ?? false });
  log.info({}, 'stopped');
  return stop === null ? 1 : 0;
}
