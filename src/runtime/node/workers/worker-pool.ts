import cluster, { type Worker } from 'node:cluster';
import type { SharedLog } from '../../log/open-shared-log.ts';
import type { ToHost } from '../../log/sqlite/writer-port.ts';
import type { Log } from '../../shared/log.ts';
import type { ServedUrls } from '../running.ts';
import { BusRelay } from './bus-relay.ts';
import { RestartPolicy } from './restart-policy.ts';
import { Scrapes, type WorkerSums } from './scrapes.ts';
import { portVariable, type ToPrimary, type ToWorker } from './worker-messages.ts';

/** Counts workers, by their ids. */
export interface WorkerPoolMetrics extends WorkerSums {
  /** A worker accepts connections. */
  started(): void;
  /** `wasUsable`: it had been reported as started. `wasDeath`: it was not told to stop. */
  ended(worker: number, how: { readonly wasUsable: boolean; readonly wasDeath: boolean }): void;
}

export interface WorkerPoolOptions {
  readonly count: number;
  /** The port that all workers listen on. */
  readonly port: number;
  /** How long a worker may take to stop before it is killed. */
  readonly stopTimeoutMs: number;
  readonly metrics: WorkerPoolMetrics;
  /** Of this process, for the workers. */
  readonly sharedLog: SharedLog | undefined;
  readonly log: Log;
}

/** How a worker ended: with an exit code or by a signal. */
interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

interface Member {
  readonly worker: Worker;
  /** Its URL once it serves, or null if it ended before that. */
  readonly ready: Promise<ServedUrls | null>;
  readonly exited: Promise<Exit>;
  /** Whether another worker replaces it when it dies. */
  isKept: boolean;
  /** Null until it serves. */
  readyAtMs: number | null;
}

/** The workers that share a port: starts them, replaces those that die, and stops them. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #members = new Set<Member>();
  readonly #scrapes: Scrapes;
  readonly #bus: BusRelay;
  readonly #restarts = new RestartPolicy();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #failed = Promise.withResolvers<Error>();
  #isStopping = false;
  #isRolling = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#bus = new BusRelay(options.log);
    this.#scrapes = new Scrapes({
      metrics: options.metrics,
      request: (scrape) => this.#requestSnapshots(scrape),
    });
  }

  /** Resolves with the cause if workers repeatedly die soon after their start. */
  get failure(): Promise<Error> {
    return this.#failed.promise;
  }

  /**
   * Starts all workers, the first one alone, so that a wrong setting is reported once and the tables exist for the
   * others. Resolves with null if a worker could not start and has printed the reason.
   */
  async start(): Promise<ServedUrls | null> {
    const urls = await this.#startOne();
    if (urls === null || this.#isStopping) return null;
    const others = await Promise.all(Array.from({ length: this.#options.count - 1 }, () => this.#startOne()));
    return others.includes(null) ? null : urls;
  }

  /** Replaces the workers one at a time. Each new one serves before the old one stops. */
  async restart(): Promise<void> {
    const { log } = this.#options;
    if (this.#isRolling || this.#isStopping) return;
    this.#isRolling = true;
    log.info({}, 'restarting the workers one at a time');
    for (const old of [...this.#members].filter(({ isKept }) => isKept)) {
      if (!this.#members.has(old)) continue;
      const next = this.#fork();
      if ((await next.ready) === null || this.#isStopping) {
        if (!this.#isStopping)
          log.error({}, 'a new worker could not start; the remaining old ones keep running');
        break;
      }
      next.isKept = true;
      // If the old worker has died in the meantime, it was already replaced.
      await this.#stop(this.#members.has(old) ? old : next, false);
    }
    log.info({}, 'the workers have been restarted');
    this.#isRolling = false;
  }

  /** Stops all workers. Resolves with false if one failed or had to be killed. */
  async stop(): Promise<boolean> {
    this.#isStopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const exits = await Promise.all([...this.#members].map((member) => this.#stop(member, true)));
    return exits.every(({ code }) => code === 0);
  }

  /** A worker that dies is replaced only if it has served. Otherwise, its settings may be wrong. */
  async #startOne(): Promise<ServedUrls | null> {
    const member = this.#fork();
    const urls = await member.ready;
    member.isKept = urls !== null;
    return urls;
  }

  #fork(): Member {
    const worker = cluster.fork({ [portVariable]: this.#options.port });
    const ready = Promise.withResolvers<ServedUrls | null>();
    const exited = Promise.withResolvers<Exit>();
    const member: Member = {
      worker,
      ready: ready.promise,
      exited: exited.promise,
      isKept: false,
      readyAtMs: null,
    };
    this.#members.add(member);
    let onLogMessage: ((message: ToHost) => void) | null = null;
    this.#options.sharedLog?.serve({
      send: (message) => void send(worker, { kind: 'log', message }),
      listen(listener) {
        onLogMessage = listener;
      },
      closed: exited.promise.then(() => {}),
    });
    worker.on('message', (message: ToPrimary) => {
      if (message.kind === 'ready') {
        member.readyAtMs = performance.now();
        this.#options.metrics.started();
        this.#options.log.info({ worker: worker.process.pid }, 'a worker has started');
        ready.resolve({ url: message.url, metricsUrl: message.metricsUrl });
      } else if (message.kind === 'snapshot') {
        this.#scrapes.received(worker.id, message.scrape, message.snapshot);
      } else if (message.kind === 'scrape') {
        void this.#sendMetrics(member, message.id);
      } else if (message.kind === 'bus-join') {
        this.#bus.join(String(worker.id), (relayed) => send(worker, relayed));
      } else if (message.kind === 'log') {
        onLogMessage?.(message.message);
      } else if (message.kind === 'bus') {
        this.#bus.relay(String(worker.id), message.messages);
      } else {
        this.#bus.leave(String(worker.id));
      }
    });
    // The 'exit' event that follows is handled.
    worker.on('error', () => {});
    worker.once('exit', (code: number | null, signal: string | null) => {
      this.#ended(member, { code, signal });
      ready.resolve(null);
      exited.resolve({ code, signal });
    });
    return member;
  }

  #ended(member: Member, { code, signal }: Exit): void {
    const { worker, isKept, readyAtMs } = member;
    const { log } = this.#options;
    this.#members.delete(member);
    this.#options.metrics.ended(worker.id, { wasUsable: readyAtMs !== null, wasDeath: isKept });
    this.#scrapes.ended(worker.id);
    this.#bus.leave(String(worker.id));
    if (!isKept || this.#isStopping) return;
    const nowMs = performance.now();
    const afterMs = this.#restarts.afterDeath(nowMs - (readyAtMs ?? nowMs), nowMs);
    log.error({ worker: worker.process.pid, code, signal, restartAfterMs: afterMs }, 'a worker has died');
    if (afterMs === null) {
      this.#failed.resolve(new Error(RestartPolicy.reason));
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#fork().isKept = true;
    }, afterMs);
    this.#timers.add(timer);
  }

  async #stop(member: Member, drain: boolean): Promise<Exit> {
    const { log, stopTimeoutMs } = this.#options;
    const { worker, exited } = member;
    member.isKept = false;
    void send(worker, { kind: 'stop', drain });
    const timer = setTimeout(() => {
      log.error({ worker: worker.process.pid }, 'a worker did not stop in time and was killed');
      worker.process.kill('SIGKILL');
    }, stopTimeoutMs);
    const exit = await exited;
    clearTimeout(timer);
    return exit;
  }

  #requestSnapshots(scrape: number): readonly number[] {
    const usable = [...this.#members].filter(({ readyAtMs }) => readyAtMs !== null);
    for (const { worker } of usable) void send(worker, { kind: 'snapshot', scrape });
    return usable.map(({ worker }) => worker.id);
  }

  async #sendMetrics({ worker }: Member, id: number): Promise<void> {
    await send(worker, { kind: 'metrics', id, text: await this.#scrapes.render() });
  }
}

/**
 * Resolves when the system has accepted the message. It is lost if the worker is gone, but then its 'exit' event
 * follows.
 */
function send(worker: Worker, message: ToWorker): Promise<void> {
  return new Promise((resolve) => {
    if (worker.isConnected()) worker.send(message, () => resolve());
    else resolve();
  });
}
