import { atMost } from '../../shared/at-most.ts';
import { burstOf, type Limit } from '../../shared/limits/limit.ts';
import type { Counter, Limiter, Take, Wait } from '../../shared/limits/limiter.ts';
import { RateCounter } from '../../shared/limits/rate-counter.ts';
import type { Log } from '../../shared/log.ts';
import { describeFailure } from './broker-log.ts';
import type { BrokerUrl } from './broker-url.ts';
import { Reconnector } from './reconnector.ts';
import type { connectToRedisCounts, RedisCounts, RedisLimit } from './redis-counts.ts';

export interface SharedLimitsOptions {
  readonly url: BrokerUrl;
  readonly log: Log;
  /** Loads the engine's client. */
  readonly load: () => Promise<typeof connectToRedisCounts>;
  /** How long a message or request waits for Redis. Default: 100. */
  readonly maxWaitMs?: number;
  /** How many keys of a limit Redis keeps. Default: 100,000. */
  readonly maxKeys?: number;
}

/** A counter of `limiterOf`. */
interface SharedCounter extends Counter {
  readonly limit: RedisLimit;
  readonly inMemory: RateCounter;
}

const defaultMaxKeys = 100_000;
const defaultMaxWaitMs = 100;

/** How long a start waits for Redis. */
const startTimeoutMs = 1000;

/** For a Redis that is too slow now and then. */
const warningIntervalMs = 60_000;

/**
 * Counts for all nodes in Redis. While Redis cannot be reached, fails, or does not answer in time, the node counts in its
 * memory, and logs that; it returns to Redis by itself. No count rejects, and none waits longer than `maxWaitMs`.
 */
export class SharedLimits {
  readonly #options: SharedLimitsOptions;
  #reconnector: Reconnector<RedisCounts> | null = null;
  /** Resolves when the first attempt to connect has succeeded or failed. */
  readonly #attempted = Promise.withResolvers<void>();
  #hasCounters = false;
  #isStarted = false;
  #isClosed = false;
  #connecting: Promise<void> | null = null;
  /** Null while the node counts in its memory. */
  #counts: RedisCounts | null = null;
  #logged: 'redis' | 'memory' | null = null;
  #warnedMs = Number.NEGATIVE_INFINITY;

  constructor(options: SharedLimitsOptions) {
    this.#options = options;
  }

  /** Returns what counts for an application, whose limits are not those of others with the same names. */
  limiterOf(application: string): Limiter {
    const create = (name: string, limit: Limit): SharedCounter =>
      this.#create(`${application}:${name}`, limit);
    const takeAll = (takes: readonly Take<SharedCounter>[]): Wait | Promise<Wait> => this.#take(takes);
    return Object.assign(create, { takeAll });
  }

  /** Connects as soon as there are counters. Resolves when Redis is used, or it is clear that it cannot be used yet. */
  start(): Promise<void> {
    this.#isStarted = true;
    return this.#connectOnce();
  }

  /** Resolves once nothing keeps the process alive anymore, after a second at most. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#reconnector?.close();
  }

  #create(name: string, limit: Limit): SharedCounter {
    const prefix = `${this.#options.url.topic}.limits:${name}`;
    const intervalUs = (limit.seconds * 1_000_000) / limit.rate;
    const counter: SharedCounter = {
      take: (key) => this.#take([{ counter, key }]),
      limit: {
        hashes: [`${prefix}:newer`, `${prefix}:older`],
        intervalUs: String(intervalUs),
        toleranceUs: String((burstOf(limit) - 1) * intervalUs),
      },
      inMemory: new RateCounter(limit),
    };
    this.#hasCounters = true;
    if (this.#isStarted) void this.#connectOnce();
    return counter;
  }

  #take(takes: readonly Take<SharedCounter>[]): Wait | Promise<Wait> {
    const counts = this.#counts;
    if (counts === null) return takeInMemory(takes);
    const shared = takes.map(({ counter: { limit }, key }) => ({ limit, key }));
    // A failure ends the connection, and is logged then.
    return counts.take(shared).catch(() => takeInMemory(takes));
  }

  async #connectOnce(): Promise<void> {
    if (!this.#hasCounters) return;
    this.#connecting ??= this.#startConnecting();
    await this.#connecting;
  }

  async #startConnecting(): Promise<void> {
    const { url, load, maxWaitMs = defaultMaxWaitMs, maxKeys = defaultMaxKeys } = this.#options;
    let connect: typeof connectToRedisCounts;
    try {
      connect = await load();
    } catch (thrown) {
      this.#failed(thrown);
      return;
    }
    if (this.#isClosed) return;
    const options = { url, maxWaitMs, maxGeneration: Math.ceil(maxKeys / 2) };
    this.#reconnector = new Reconnector({
      engine: url.engine,
      open: (lifetime) => connect(options, lifetime),
      opened: (counts) => this.#opened(counts),
      ended: () => {
        this.#counts = null;
      },
      close: (counts) => counts.close(),
      failed: (cause) => this.#failed(cause),
    });
    this.#reconnector.start();
    await atMost(startTimeoutMs, this.#attempted.promise);
  }

  #opened(counts: RedisCounts): void {
    this.#counts = counts;
    this.#attempted.resolve();
    if (this.#logged === 'redis') return;
    this.#logged = 'redis';
    this.#options.log.info({ redis: this.#options.url.name }, 'limits are counted in Redis');
  }

  #failed(thrown: unknown): void {
    const { url, log } = this.#options;
    this.#attempted.resolve();
    const nowMs = performance.now();
    if (this.#logged === 'memory' || nowMs - this.#warnedMs < warningIntervalMs) return;
    this.#logged = 'memory';
    this.#warnedMs = nowMs;
    log.warn(
      { redis: url.name, cause: describeFailure(thrown, url) },
      'limits cannot be counted in Redis: until it is back, this process counts for itself',
    );
  }
}

/** As in Redis: until a limit is exceeded. */
function takeInMemory(takes: readonly Take<SharedCounter>[]): Wait {
  for (const { counter, key } of takes) {
    const wait = counter.inMemory.take(key);
    if (wait > 0) return wait;
  }
  return 0;
}
