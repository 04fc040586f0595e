import { renderBanner } from '../banner.ts';
import type { Settings } from '../config/read-settings.ts';
import type { Log } from '../log.ts';
import { freePort } from './free-port.ts';
import { stopSignal } from './stop-signal.ts';
import { WorkerPool } from './worker-pool.ts';

/** What a worker may need beside the times of the settings, for what has no limit of its own. */
const graceMs = 5000;

/**
 * Is the primary: runs as many workers as the settings say until a signal or a failure ends them, and
 * resolves with the exit code. SIGUSR2 restarts them one after the other.
 */
export async function runWorkers(settings: Settings, log: Log): Promise<number> {
  const { workers: count, host, shutdownDrainMs, shutdownTimeoutMs } = settings;
  const stopTimeoutMs = shutdownDrainMs + shutdownTimeoutMs + graceMs;
  const port = settings.port === 0 ? await freePort(host) : settings.port;
  const pool = new WorkerPool({ count, port, stopTimeoutMs, log });
  const stopped = stopSignal(['SIGINT', 'SIGTERM'], log);
  const started = await Promise.race([pool.start(), stopped]);
  if (started === null) {
    await pool.stop();
    return 1;
  }
  if (typeof started === 'string') {
    process.stdout.write(renderBanner(started, settings));
    process.on('SIGUSR2', () => void pool.restart());
  }
  const failed = pool.failure.then((err) => {
    log.error({ err }, 'the workers cannot go on');
    return null;
  });
  const stop = await Promise.race([stopped, failed]);
  const isClean = await pool.stop();
  log.info({}, 'stopped');
  return stop !== null && isClean ? 0 : 1;
}
