import { momentsOf } from './moments.ts';
import type { Random } from './random.ts';
import type { EngineKind, ScheduleOptions, Step } from './schedule.ts';

/** The longest that an engine is stopped: servers give up waiting for it long after. */
const longestFreezeMs = 4000;

/** The longest that an engine is cut off: brokers are given up within 4 to 6 s. */
const longestCutMs = 8000;

/** What happens to all nodes together, and to what they share. */
export function planCluster(random: Random, options: ScheduleOptions): Step[] {
  const { durationMs, nodes, database, broker } = options;
  const steps: Step[] = [];
  const [ofNodes, ofDatabase, ofBroker] = [random.fork(), random.fork(), random.fork()];
  if (nodes > 1) {
    for (const atMs of momentsOf(ofNodes, durationMs, gap(durationMs, 30_000)))
      steps.push({ kind: 'roll', atMs });
  }
  if (database === 'postgres') steps.push(...planEngine(ofDatabase, 'database', durationMs));
  if (broker !== 'none') steps.push(...planEngine(ofBroker, 'broker', durationMs));
  return steps;
}

/** When the nodes are cut off from what they share. */
export function planCuts(random: Random, { durationMs, database, broker, cuts }: ScheduleOptions): Step[] {
  const [ofDatabase, ofBroker] = [random.fork(), random.fork()];
  if (!cuts) return [];
  return [
    ...(database === 'postgres' ? planCutsOf(ofDatabase, 'database', durationMs) : []),
    ...(broker === 'none' ? [] : planCutsOf(ofBroker, 'broker', durationMs)),
  ];
}

function planCutsOf(random: Random, engine: EngineKind, durationMs: number): Step[] {
  const longestMs = Math.min(longestCutMs, durationMs / 5);
  return Array.from(momentsOf(random, durationMs, gap(durationMs, 40_000)), (atMs) => ({
    kind: 'cut-engine',
    engine,
    atMs,
    forMs: random.integer(500, longestMs),
  }));
}

function planEngine(random: Random, engine: EngineKind, durationMs: number): Step[] {
  const steps: Step[] = [];
  for (const atMs of momentsOf(random, durationMs, gap(durationMs, 20_000))) {
    steps.push({ kind: 'kill-engine', engine, atMs, pauseMs: random.integer(0, 2000) });
  }
  for (const atMs of momentsOf(random, durationMs, gap(durationMs, 20_000))) {
    steps.push({ kind: 'freeze-engine', engine, atMs, forMs: random.integer(500, longestFreezeMs) });
  }
  return steps;
}

/** About so long, or so that it happens at least once after a quiet first fifth. */
function gap(durationMs: number, aboutMs: number): { readonly fromMs: number; readonly toMs: number } {
  return {
    fromMs: Math.min(0.7 * aboutMs, 0.3 * durationMs),
    toMs: Math.min(1.3 * aboutMs, 0.6 * durationMs),
  };
}
