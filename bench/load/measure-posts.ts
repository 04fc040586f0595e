import { setTimeout as sleep } from 'node:timers/promises';
import type { Metric } from '../harness/scenario.ts';
import { startPolling } from './polling.ts';
import type { PostsInFlight } from './posts-in-flight.ts';
import { measureUsage, rssMb } from './usage.ts';

export interface Phases {
  /** Lets the server compile its code and fill its caches; not measured. */
  readonly warmUpMs: number;
  /** The minimum number of posts. */
  readonly warmUpPosts?: number;
  /** The minimum time over which CPU is measured: its clock ticks every 10 ms. */
  readonly cpuSeconds: number;
  /** The time limit. */
  readonly maxMs: number;
}

export interface Load {
  /** Of the server. */
  readonly pid: number;
  readonly posts: Pick<PostsInFlight, 'sent' | 'arrived' | 'latencies'>;
  /** Creates posts until `isOver`, for at most `maxMs`, and waits until all subscribers have received the last one. */
  readonly post: (maxMs: number, isOver?: () => boolean) => Promise<void>;
}

/** Columns shared by several scenarios. */
export const commonMetrics = {
  p50Ms: { name: 'p50Ms', title: 'latency p50', unit: 'ms', better: 'lower' },
  p99Ms: { name: 'p99Ms', title: 'latency p99', unit: 'ms', better: 'lower' },
  maxMs: { name: 'maxMs', title: 'latency max', unit: 'ms', better: 'lower' },
  generatorPercent: {
    name: 'generatorPercent',
    title: 'generator, share of a core',
    unit: '%',
    better: 'lower',
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** The metrics of `measurePosts`, cost first. */
export const fanOutMetrics: readonly Metric[] = [
  { name: 'cpuUs', title: 'server CPU per delivery', unit: 'µs', better: 'lower' },
  { name: 'deliveriesPerSecond', title: 'deliveries', unit: '1/s', better: 'higher' },
  commonMetrics.p50Ms,
  commonMetrics.p99Ms,
  commonMetrics.maxMs,
  { name: 'rssMb', title: 'server RSS', unit: 'MB', better: 'lower' },
  { name: 'generatorUs', title: 'generator CPU per delivery', unit: 'µs', better: 'lower' },
  commonMetrics.generatorPercent,
];

/** The time limit of the warm-up. */
const longestWarmUpMs = 5000;

/** Creates posts for the warm-up, then for the measurement. Check the deliveries afterwards. */
export async function measurePosts(
  { pid, posts, post }: Load,
  { warmUpMs, warmUpPosts = 0, cpuSeconds, maxMs }: Phases,
): Promise<Readonly<Record<string, number>>> {
  const polling = startPolling(() => posts.arrived);
  try {
    const warmAtMs = performance.now() + warmUpMs;
    const warmAfter = posts.sent + warmUpPosts;
    const isWarm = () => performance.now() >= warmAtMs && posts.sent >= warmAfter;
    await post(Math.max(warmUpMs, longestWarmUpMs), isWarm);
    const { latencies } = posts;
    latencies.clear();
    const before = posts.arrived;
    const idleBefore = polling.idleSeconds();
    const used = measureUsage(pid);
    await post(maxMs, () => used().serverCpuSeconds >= cpuSeconds);
    const { seconds, serverCpuSeconds, generatorCpuSeconds } = used();
    // Idle time is by the clock, so on a busy machine it may exceed the CPU time.
    const generatorSeconds = Math.max(0, generatorCpuSeconds - (polling.idleSeconds() - idleBefore));
    const deliveries = posts.arrived - before;
    const rss = rssMb(pid);
    // Duplicate and misdirected posts may arrive late.
    await sleep(100);
    return {
      cpuUs: (serverCpuSeconds / deliveries) * 1e6,
      deliveriesPerSecond: deliveries / seconds,
      p50Ms: latencies.quantileMs(0.5),
      p99Ms: latencies.quantileMs(0.99),
      maxMs: latencies.maxMs,
      rssMb: rss,
      generatorUs: (generatorSeconds / deliveries) * 1e6,
      generatorPercent: (generatorSeconds / seconds) * 100,
    };
  } finally {
    polling.stop();
  }
}
