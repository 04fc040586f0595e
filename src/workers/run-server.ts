import { renderBanner } from '../banner.ts';
import type { Settings } from '../config/read-settings.ts';
import { type FeedServer, startFeedServer } from '../feed-server.ts';
import type { Log } from '../log.ts';
import { createPrimaryLink } from './primary-link.ts';
import { stopSignal } from './stop-signal.ts';

/** Is the whole server, until a signal or a failure ends it; resolves with the exit code. */
export async function runServer(settings: Settings, log: Log): Promise<number> {
  const server = await startFeedServer(settings, log);
  // Before it is told that it runs: whoever waits for that may stop it at once.
  const stopped = stopSignal(['SIGINT', 'SIGTERM'], log);
  process.stdout.write(renderBanner(server.url, settings));
  return await serveUntil(stopped, server, log);
}

/** Is one of several workers, which its primary may end, and whose primary talks to people. */
export async function runWorker(settings: Settings, log: Log): Promise<number> {
  // A terminal and service managers send signals to workers too; what becomes of these the primary decides.
  for (const signal of ['SIGINT', 'SIGUSR2'] as const) process.on(signal, () => {});
  const link = createPrimaryLink();
  const server = await startFeedServer(settings, log, { renderMetrics: link.renderMetrics });
  const stopped = stopSignal(['SIGTERM'], log);
  link.ready(server);
  return await serveUntil(Promise.race([link.stop, stopped]), server, log);
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
