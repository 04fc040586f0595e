import type { Random } from './random.ts';
import { randomTimes } from './random.ts';
import type { ClusterStep, EngineKind, ScheduleOptions } from './run-options.ts';

/** The longest time that an engine is suspended, well below the timeouts of the servers. */
const longestFreezeMs = 4000;

/** The longest time that an engine is cut off: servers drop a silent broker within 4 to 6 s. */
const longestCutMs = 8000;

/** The disruptions of all nodes together, and of the engines that they share. */
export function planCluster(random: Random, options: ScheduleOptions): ClusterStep[] {
  const { durationMs, nodes, database, broker } = options;
  const steps: ClusterStep[] = [];
  const [ofNodes, ofDatabase, ofBroker] = [random.fork(), random.fork(), random.fork()];
  if (nodes > 1) {
    for (const atMs of randomTimes(ofNodes, durationMs, gap(durationMs, 30_000)))
      steps.push({ kind: 'roll', atMs });
  }
  if (database === 'postgres') steps.push(...planEngine(ofDatabase, 'database', durationMs));
  if (broker !== 'none') steps.push(...planEngine(ofBroker, 'broker', durationMs));
  return steps;
}

/** The times when the network of a shared engine is cut. */
export function planCuts(
  random: Random,
  { durationMs, database, broker, cuts }: ScheduleOptions,
): ClusterStep[] {
  const [ofDatabase, ofBroker] = [random.fork(), random.fork()];
  if (!cuts) return [];
  return [
    ...(database === 'postgres' ? planCutsOf(ofDatabase, 'database', durationMs) : []),
    ...(broker === 'none' ? [] : planCutsOf(ofBroker, 'broker', durationMs)),
  ];
}

/** What happens to the database beyond what happens to every shared engine. */
export function planDatabaseFaults(
  random: Random,
  { durationMs, nodes, pooler, failovers, isolations }: ScheduleOptions,
): ClusterStep[] {
  const [ofPooler, ofFailovers, ofIsolations] = [random.fork(), random.fork(), random.fork()];
  const steps: ClusterStep[] = [];
  if (pooler) steps.push(...planEngine(ofPooler, 'pooler', durationMs));
  if (failovers) {
    for (const atMs of randomTimes(ofFailovers, durationMs, gap(durationMs, 30_000)))
      steps.push({ kind: 'fail-over', atMs });
  }
  if (isolations) {
    const longestMs = Math.min(longestCutMs, durationMs / 5);
    for (const atMs of randomTimes(ofIsolations, durationMs, gap(durationMs, 15_000))) {
      const node = ofIsolations.integer(0, nodes);
      steps.push({ kind: 'isolate', atMs, node, forMs: ofIsolations.integer(500, longestMs) });
    }
  }
  return steps;
}

function planCutsOf(random: Random, engine: EngineKind, durationMs: number): ClusterStep[] {
  const longestMs = Math.min(longestCutMs, durationMs / 5);
  return Array.from(randomTimes(random, durationMs, gap(durationMs, 40_000)), (atMs) => ({
    kind: 'cut-engine',
    engine,
    atMs,
    forMs: random.integer(500, longestMs),
  }));
}

function planEngine(random: Random, engine: EngineKind, durationMs: number): ClusterStep[] {
  const steps: ClusterStep[] = [];
  for (const atMs of randomTimes(random, durationMs, gap(durationMs, 20_000))) {
    steps.push({ kind: 'kill-engine', engine, atMs, pauseMs: random.integer(0, 2000) });
  }
  for (const atMs of randomTimes(random, durationMs, gap(durationMs, 20_000))) {
    steps.push({ kind: 'freeze-engine', engine, atMs, forMs: random.integer(500, longestFreezeMs) });
  }
  return steps;
}

/** About `aboutMs`, or less so that it happens at least once after the undisturbed first fifth. */
function gap(durationMs: number, aboutMs: number): { readonly fromMs: number; readonly toMs: number } {
  return {
    fromMs: Math.min(0.7 * aboutMs, 0.3 * durationMs),
    toMs: Math.min(1.3 * aboutMs, 0.6 * durationMs),
  };
}
