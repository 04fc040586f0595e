import type { SharedLog } from '../../log/open-shared-log.ts';
import type { Log } from '../../shared/log.ts';
import { loadWorkerMetrics } from '../default-metrics.ts';
import { freePort, type ListenSettingNames } from '../http-listener.ts';
import { type ListenOptions, resolveListenOptions } from '../listen-options.ts';
import { type Running, run } from '../running.ts';
import { watchStopSignals } from '../stop-signals.ts';
import { WorkerPool } from './worker-pool.ts';

export interface SuperviseOptions
  extends Pick<ListenOptions, 'host' | 'port' | 'workers' | 'signals' | 'drainMs' | 'shutdownTimeoutMs'> {
  readonly log: Log;
  /**
   * An embedded database for all workers, each of which gets its end of the connection from `sharedLogPort`. It is
   * closed after the workers have stopped.
   */
  readonly sharedLog?: SharedLog;
  readonly settingNames?: ListenSettingNames;
}

/** A worker could not start; it has printed the reason. */
export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';

  constructor() {
    super('A worker could not start, and has printed the reason.');
  }
}

/** Extra time for a worker to stop, for steps without a time limit. */
const graceMs = 5000;

/**
 * Runs this script again in each of the workers, which share the port, and replaces those that die. SIGUSR2 restarts
 * them one at a time. `listen` calls it in the primary; an application that opens databases before it listens calls it
 * before that, so that the primary opens none.
 *
 * @throws WorkerStartError if a worker cannot start
 * @throws Error that names the setting to change, if the host cannot be used
 */
export async function superviseWorkers({
  log,
  sharedLog,
  settingNames = {},
  ...options
}: SuperviseOptions): Promise<Running> {
  const { host, port, workers, signals, drainMs, shutdownTimeoutMs } = resolveListenOptions(options, null);
  const pool = new WorkerPool({
    count: workers,
    port: port === 0 ? await freePort(host, settingNames) : port,
    stopTimeoutMs: drainMs + shutdownTimeoutMs + graceMs,
    metrics: await loadWorkerMetrics(log),
    sharedLog,
    log,
  });
  const restart = (): void => void pool.restart();
  const stopSignals = watchStopSignals(signals ? ['SIGINT', 'SIGTERM'] : [], log);

  async function close(): Promise<boolean> {
    const isClean = await pool.stop();
    await sharedLog?.close();
    process.off('SIGUSR2', restart);
    stopSignals[Symbol.dispose]();
    return isClean;
  }

  const started = await Promise.race([pool.start(), stopSignals.received]);
  if (started === null) {
    await close();
    throw new WorkerStartError();
  }
  if (!('url' in started)) {
    const isClean = await close();
    log.info({}, 'stopped');
    return process.exit(isClean ? 0 : 1);
  }
  if (signals) process.on('SIGUSR2', restart);
  return run({
    urls: started,
    subject: 'the workers',
    stops: [stopSignals.received],
    failure: sharedLog === undefined ? pool.failure : Promise.race([pool.failure, sharedLog.failed]),
    ownsProcess: signals,
    close,
    log,
  });
}
