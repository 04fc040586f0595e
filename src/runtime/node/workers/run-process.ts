import type { Bus } from '../../shared/bus.ts';
import type { Log } from '../../shared/log.ts';
import { freePort } from '../http-listener.ts';
import { createPrimaryLink } from './primary-link.ts';
import type { MetricsSnapshot } from './worker-messages.ts';
import { WorkerPool, type WorkerPoolMetrics } from './worker-pool.ts';

/** A server that this process runs until a signal or a failure ends it. */
export interface ProcessServer {
  readonly url: string;
  /** Resolves with the cause if the server cannot continue and must be closed. */
  readonly failure: Promise<Error>;
  /** The metrics of this process, for aggregation across workers. */
  snapshot(): Promise<MetricsSnapshot>;
  /**
   * With `drain`, first fails readiness for as long as the settings say, so that load balancers stop sending traffic.
   * Rejects after all steps if any of them failed.
   */
  close(options: { readonly drain: boolean }): Promise<void>;
}

/** What a worker gets from the primary. */
export interface WorkerContext {
  /** Renders the metrics of all workers. */
  readonly renderMetrics: () => Promise<string>;
  /** Connects the workers of this machine. */
  readonly bus: Bus;
}

interface ProcessOptions {
  /** `worker` is undefined in a process that serves alone. */
  readonly start: (worker?: WorkerContext) => Promise<ProcessServer>;
  readonly log: Log;
}

export interface ServerProcessOptions extends ProcessOptions {
  /** Called once the server accepts connections. */
  readonly onReady: (url: string) => void;
}

/** Runs the server in this process until a signal or a failure ends it. Resolves with the exit code. */
export async function runServer({ start, onReady, log }: ServerProcessOptions): Promise<number> {
  const server = await start();
  // Before `onReady`, because its caller may stop the process immediately.
  const stopped = stopSignal(['SIGINT', 'SIGTERM'], log);
  onReady(server.url);
  return await serveUntil(stopped, server, log);
}

/** Runs the server in a worker, which the primary may stop. Resolves with the exit code. */
export async function runWorker({ start, log }: ProcessOptions): Promise<number> {
  // Terminals and service managers also signal the workers, but only the primary acts on these signals.
  for (const signal of ['SIGINT', 'SIGUSR2'] as const) process.on(signal, () => {});
  const link = createPrimaryLink();
  const server = await start({ renderMetrics: link.renderMetrics, bus: link.bus });
  const stopped = stopSignal(['SIGTERM'], log);
  link.ready(server);
  return await serveUntil(Promise.race([link.stop, stopped]), server, log);
}

export interface WorkersOptions {
  readonly count: number;
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** How long a worker may take to stop before it is killed. */
  readonly stopTimeoutMs: number;
  readonly metrics: WorkerPoolMetrics;
  /** Called once all workers accept connections. */
  readonly onReady: (url: string) => void;
  readonly log: Log;
}

/**
 * Runs as the primary of `count` workers until a signal or a failure ends them. Resolves with the exit code. SIGUSR2
 * restarts the workers one at a time.
 */
export async function runWorkers(options: WorkersOptions): Promise<number> {
  const { count, host, stopTimeoutMs, metrics, onReady, log } = options;
  const port = options.port === 0 ? await freePort(host) : options.port;
  await using resources = new AsyncDisposableStack();
  const pool = new WorkerPool({ count, port, stopTimeoutMs, metrics, log });
  resources.defer(async () => {
    await pool.stop();
  });
  const stopped = stopSignal(['SIGINT', 'SIGTERM'], log);
  const started = await Promise.race([pool.start(), stopped]);
  if (started === null) return 1;
  if (typeof started === 'string') {
    onReady(started);
    process.on('SIGUSR2', () => void pool.restart());
  }
  const failed = pool.failure.then((err) => {
    log.error({ err }, 'the workers cannot continue');
    return null;
  });
  const stop = await Promise.race([stopped, failed]);
  const isClean = await pool.stop();
  log.info({}, 'stopped');
  return stop !== null && isClean ? 0 : 1;
}

/**
 * The errors behind what a disposal threw, in the order in which they occurred: an AsyncDisposableStack runs all of its
 * steps and nests their errors in SuppressedErrors.
 */
export function disposalErrors(thrown: unknown): readonly unknown[] {
  if (!(thrown instanceof SuppressedError)) return [thrown];
  return [...disposalErrors(thrown.suppressed), ...disposalErrors(thrown.error)];
}

async function serveUntil(
  stopped: Promise<{ readonly drain: boolean }>,
  server: ProcessServer,
  log: Log,
): Promise<number> {
  const failed = server.failure.then((err) => {
    log.error({ err }, 'the server cannot continue');
    return null;
  });
  const stop = await Promise.race([stopped, failed]);
  const isClean = await close(server, stop?.drain ?? false, log);
  log.info({}, 'stopped');
  return stop !== null && isClean ? 0 : 1;
}

/** Resolves with false if a step of the shutdown failed, after logging why. */
async function close(server: ProcessServer, drain: boolean, log: Log): Promise<boolean> {
  try {
    await server.close({ drain });
    return true;
  } catch (thrown) {
    for (const err of disposalErrors(thrown)) log.error({ err }, 'a step of the shutdown failed');
    return false;
  }
}

/** Resolves at the first of the signals. A second one ends the process immediately. */
function stopSignal(signals: readonly NodeJS.Signals[], log: Log): Promise<{ readonly drain: boolean }> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      process.once(signal, () => {
        log.info({ signal }, 'stopping');
        process.once(signal, () => process.exit(1));
        resolve({ drain: true });
      });
    }
  });
}
