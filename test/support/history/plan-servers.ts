import { type Random, randomTimes } from './random.ts';
import type { ClusterStep, ScheduleOptions, TrafficStep } from './run-options.ts';

/** What happens to servers however many there are, and to the traffic of the authors. */
export function planServers(
  random: Random,
  { durationMs, killEveryMs }: ScheduleOptions,
): (ClusterStep | TrafficStep)[] {
  const steps: (ClusterStep | TrafficStep)[] = [
    { kind: 'bump-epoch', atMs: random.integer(0.3 * durationMs, 0.7 * durationMs) },
  ];
  for (const atMs of randomTimes(random, durationMs, { fromMs: 200, toMs: 1500 })) {
    steps.push({ kind: 'lose-answers', atMs, forMs: random.integer(5, 50) });
  }
  const burstGap = { fromMs: Math.min(8000, 0.3 * durationMs), toMs: Math.min(15_000, 0.6 * durationMs) };
  for (const atMs of randomTimes(random, durationMs, burstGap))
    steps.push({ kind: 'burst', atMs, posts: 400 });
  if (killEveryMs === 0) return steps;
  for (const atMs of randomTimes(random, durationMs, {
    fromMs: 0.7 * killEveryMs,
    toMs: 1.3 * killEveryMs,
  })) {
    steps.push({ kind: 'kill', node: 0, atMs, pauseMs: random.integer(0, 300) });
  }
  return steps;
}
