import type { ReplayObserver } from '../log/delivery/subscriber-source.ts';
import type { RestObserver } from '../rest/operation.ts';
import { type ContractObserver, silentObserver } from '../server/observer.ts';
import { errorCode } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import type { CountedChannels } from './metrics/metrics.ts';
import type { ServedMetrics } from './served-metrics.ts';
import type { WorkerPoolMetrics } from './workers/worker-pool.ts';

/**
 * The metrics of a server that has none of its own: those of posted/metrics, if their package is installed. It is an
 * optional dependency, so it is loaded when the server starts.
 */
export class DefaultMetrics {
  readonly #channels: CountedChannels;
  readonly #log: Log;
  /** Counts once the metrics are loaded. */
  readonly observer: ContractObserver & RestObserver & ReplayObserver = {
    ...silentObserver,
    requestCompleted() {},
    bodyInvalid() {},
    replayEnded() {},
    resetSent() {},
  };

  constructor(channels: CountedChannels, log: Log) {
    this.#channels = channels;
    this.#log = log;
  }

  /** Undefined if the package is not installed. */
  async load(): Promise<ServedMetrics | undefined> {
    const { createMetrics } = (await importMetrics(this.#log)) ?? {};
    const metrics = createMetrics?.({ channels: this.#channels, droppedLogRecords: droppedBy(this.#log) });
    Object.assign(this.observer, metrics);
    return metrics;
  }
}

/** The metrics of the primary of several workers, which adds up theirs. */
export async function loadWorkerMetrics(log: Log): Promise<WorkerPoolMetrics> {
  const { WorkerMetrics } = (await importMetrics(log)) ?? {};
  if (WorkerMetrics === undefined) return { started() {}, ended() {}, update() {}, render: async () => '' };
  return new WorkerMetrics({ droppedLogRecords: droppedBy(log) });
}

async function importMetrics(log: Log): Promise<typeof import('./metrics/index.ts') | undefined> {
  try {
    return await import('./metrics/index.ts');
  } catch (thrown) {
    if (errorCode(thrown) !== 'ERR_MODULE_NOT_FOUND') throw thrown;
    log.info({}, 'metrics are off: /metrics needs the package prom-client (`npm install prom-client`)');
    return undefined;
  }
}

function droppedBy(log: Log): () => number {
  return () => log.droppedRecords ?? 0;
}
