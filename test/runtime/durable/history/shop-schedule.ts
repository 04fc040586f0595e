import { planCluster, planCuts, planDatabaseFaults } from '../../../support/history/plan-cluster.ts';
import { planServers } from '../../../support/history/plan-servers.ts';
import { createRandom, type Random, randomTimes } from '../../../support/history/random.ts';
import type {
  ClusterStep,
  Disruption,
  DisruptionStep,
  ScheduleOptions,
  TrafficStep,
} from '../../../support/history/run-options.ts';

/** Everything that a run does to the shop and its clients. Times are milliseconds since its start. */
export interface ShopSchedule extends ScheduleOptions {
  readonly shops: readonly string[];
  readonly writers: number;
  readonly readers: readonly ShopReader[];
  /** The topics that users have joined at the start. */
  readonly memberships: readonly Membership[];
  readonly steps: readonly ShopStep[];
}

export interface ShopReader {
  readonly user: string;
  readonly shop: string;
  readonly audience: 'everyone' | 'topic';
  /** The chosen groups; undefined for the default. */
  readonly show: string | undefined;
  /**
   * Where the cursor is kept. `memory`: it ends with the process; `store`: it survives the process; `server`: only as
   * acks of a device; `snapshot`: each process begins with a snapshot over REST; `none`: the connections are plain.
   */
  readonly cursors: 'memory' | 'store' | 'server' | 'snapshot' | 'none';
}

export interface Membership {
  readonly user: string;
  readonly topic: string;
}

export type ShopStep =
  | ClusterStep
  | DisruptionStep
  | TrafficStep
  | ({ readonly atMs: number; readonly kind: 'join' | 'leave' } & Membership);

const shops = ['s1', 's2', 's3'];
/** The desk without members. */
export const strangeDesk = 'z';
export const desks = ['a', 'b', strangeDesk];
const audiences = ['everyone', 'topic'] as const;
const shown = [undefined, 'orders,notes', 'notes'];
const cursorKinds = ['memory', 'store', 'server', 'snapshot', 'store'] as const;

export function createShopSchedule(options: ScheduleOptions): ShopSchedule {
  const { seed, durationMs, nodes, clients } = options;
  const random = createRandom(seed);
  // One source per part, so that the number of clients does not affect the kills.
  const [ofServers, ofReaders, ofTopics, ofCluster, ofCuts, ofDatabase] = [
    random.fork(),
    random.fork(),
    random.fork(),
    random.fork(),
    random.fork(),
    random.fork(),
  ];
  const readers = Array.from({ length: clients }, (_, index) => planReader(index, clients));
  const steps: ShopStep[] = [
    ...planServers(ofServers, options),
    ...planCluster(ofCluster, options),
    ...planCuts(ofCuts, options),
    ...planDatabaseFaults(ofDatabase, options),
    ...readers.flatMap((reader, index) => planDisruptions(ofReaders.fork(), { reader, index, durationMs })),
    ...planChanges(ofTopics, readers, durationMs),
  ];
  return {
    ...options,
    shops,
    writers: 8,
    readers,
    memberships: readers.flatMap((reader) => topicsOf(reader).map((topic) => ({ user: reader.user, topic }))),
    steps: steps
      .filter(({ atMs }) => atMs < durationMs)
      .map((step) => (step.kind === 'kill' ? { ...step, node: ofCluster.integer(0, nodes) } : step))
      .toSorted((a, b) => a.atMs - b.atMs),
  };
}

/** Thirty readers cover every combination of audience, groups and cursor. */
function planReader(index: number, count: number): ShopReader {
  const isPlain = count >= 8 && index >= count - 2;
  const cursors = isPlain ? 'none' : (cursorKinds[index % cursorKinds.length] ?? 'memory');
  const isSnapshot = cursors === 'snapshot';
  return {
    user: `user${index}`,
    shop: shops[Math.floor(index / 2) % shops.length] ?? '',
    // A snapshot has all orders of a shop, and nothing else.
    audience: isSnapshot ? 'everyone' : (audiences[index % audiences.length] ?? 'everyone'),
    show: isSnapshot ? undefined : shown[index % shown.length],
    cursors,
  };
}

/** Those of its shop, without the desk that has no members. */
function topicsOf({ shop }: ShopReader): readonly string[] {
  return [shop, ...desks.filter((desk) => desk !== strangeDesk).map((desk) => `${shop}-${desk}`)];
}

function planDisruptions(
  random: Random,
  {
    reader,
    index,
    durationMs,
  }: { readonly reader: ShopReader; readonly index: number; readonly durationMs: number },
): DisruptionStep[] {
  const steps: DisruptionStep[] = [];
  const longestMs = Math.min(4000, durationMs / 4);
  for (const atMs of randomTimes(random, durationMs, { fromMs: 0.3 * longestMs, toMs: 2 * longestMs })) {
    const kind = random.pick<Disruption>(
      endsProcesses(reader) ? ['drop', 'stall', 'freeze', 'restart'] : ['drop', 'drop', 'stall', 'freeze'],
    );
    steps.push({ kind, atMs, reader: index, forMs: random.integer(0, longestMs) });
  }
  return steps;
}

/** Whether a new process of the reader continues, or begins with a snapshot. */
function endsProcesses({ cursors }: ShopReader): boolean {
  return cursors !== 'memory' && cursors !== 'none';
}

function planChanges(random: Random, readers: readonly ShopReader[], durationMs: number): ShopStep[] {
  const steps: ShopStep[] = [];
  const pairs = readers
    .filter(({ audience }) => audience === 'topic')
    .flatMap((reader) => topicsOf(reader).map((topic) => ({ user: reader.user, topic, isMember: true })));
  if (pairs.length === 0) return steps;
  for (const atMs of randomTimes(random, durationMs, { fromMs: 100, toMs: 500 })) {
    const pair = random.pick(pairs);
    steps.push({ kind: pair.isMember ? 'leave' : 'join', atMs, user: pair.user, topic: pair.topic });
    pair.isMember = !pair.isMember;
  }
  return steps;
}
