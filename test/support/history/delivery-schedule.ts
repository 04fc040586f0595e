import { planCluster, planCuts, planDatabaseFaults } from './plan-cluster.ts';
import { planServers } from './plan-servers.ts';
import { createRandom, type Random, randomTimes } from './random.ts';
import type { ClusterStep, Disruption, DisruptionStep, ScheduleOptions, TrafficStep } from './run-options.ts';

/** Everything that a run does to an application with durable messages. Times are milliseconds since its start. */
export interface DeliverySchedule<Reader extends PlannedReader = PlannedReader> extends ScheduleOptions {
  readonly writers: number;
  /** With several nodes, nothing is disrupted until then. */
  readonly quietMs: number;
  /** How long the servers keep messages, if a client can be away for longer; otherwise null. */
  readonly retentionSeconds: number | null;
  readonly readers: readonly Reader[];
  /** The topics that users have joined at the start. */
  readonly memberships: readonly Membership[];
  readonly steps: readonly DeliveryStep[];
}

export interface PlannedReader {
  readonly user: string;
  readonly audience: 'everyone' | 'topic';
  /**
   * Where the cursor is kept. `memory`: it ends with the process; `store`: it survives the process; `server`: only as
   * acks of a device; `snapshot`: each process begins with a snapshot over REST; `none`: the connections are plain.
   */
  readonly cursors: 'memory' | 'store' | 'server' | 'snapshot' | 'none';
  /** Whether only its servers are disrupted. Latencies are measured at such readers. */
  readonly isUndisturbed: boolean;
}

/** As the schedule names them. */
export interface Membership {
  readonly user: string;
  readonly topic: string;
}

export interface PlannedMembership extends Membership {
  readonly isMember: boolean;
  /** Whether it never changes. */
  readonly isPermanent: boolean;
}

export type DeliveryStep =
  | ClusterStep
  | DisruptionStep
  | TrafficStep
  | ({ readonly atMs: number; readonly kind: 'join' | 'leave' } & Membership);

/** What differs between applications. */
export interface DeliveryPlan<Reader extends PlannedReader> {
  readonly retentionSeconds?: number;
  /** In this order, so that the number of clients does not affect the first ones. */
  readonly readers: readonly Reader[];
  /** The traits of a reader that nothing disrupts. With several nodes, each has one. */
  readonly undisturbed: Reader;
  memberships(random: Random, readers: readonly Reader[]): readonly PlannedMembership[];
}

/** Enough writers for the rate, although each waits for its answers. */
const ratePerWriter = 40;
const leastWriters = 8;

export function createDeliverySchedule<Reader extends PlannedReader>(
  options: ScheduleOptions,
  plan: DeliveryPlan<Reader>,
): DeliverySchedule<Reader> {
  const { seed, durationMs, nodes, rate } = options;
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
  const quietMs = nodes > 1 ? durationMs / 5 : 0;
  const retentionSeconds = plan.retentionSeconds ?? null;
  const readers = [...plan.readers, ...Array.from({ length: nodes > 1 ? nodes : 0 }, () => plan.undisturbed)];
  const memberships = plan.memberships(ofTopics, readers);
  const steps: DeliveryStep[] = [
    ...planServers(ofServers, options),
    ...planCluster(ofCluster, options),
    ...planCuts(ofCuts, options),
    ...planDatabaseFaults(ofDatabase, options),
    ...readers.flatMap((reader, index) =>
      planDisruptions(ofReaders.fork(), { reader, index, durationMs, retentionSeconds }),
    ),
    ...planChanges(ofTopics, memberships, durationMs),
  ];
  return {
    ...options,
    writers: Math.max(leastWriters, Math.ceil(rate / ratePerWriter)),
    quietMs,
    retentionSeconds,
    readers,
    memberships: memberships.filter(({ isMember }) => isMember).map(({ user, topic }) => ({ user, topic })),
    steps: steps
      .filter(({ atMs, kind }) => atMs < durationMs && (atMs >= quietMs || isAllowedWhileQuiet(kind)))
      .map((step) => (step.kind === 'kill' ? { ...step, node: ofCluster.integer(0, nodes) } : step))
      .toSorted((a, b) => a.atMs - b.atMs),
  };
}

function isAllowedWhileQuiet(kind: DeliveryStep['kind']): boolean {
  return kind === 'join' || kind === 'leave';
}

interface DisruptionOptions {
  readonly reader: PlannedReader;
  readonly index: number;
  readonly durationMs: number;
  readonly retentionSeconds: number | null;
}

function planDisruptions(random: Random, options: DisruptionOptions): DisruptionStep[] {
  const { reader, index, durationMs, retentionSeconds } = options;
  if (reader.isUndisturbed) return [];
  const steps = planAbsence(random, options);
  // Well below the retention, so that a client is back before the messages that it has missed are deleted.
  const longestMs = Math.min(
    4000,
    durationMs / 4,
    0.6 * 1000 * (retentionSeconds ?? Number.POSITIVE_INFINITY),
  );
  for (const atMs of randomTimes(random, durationMs, { fromMs: 0.3 * longestMs, toMs: 2 * longestMs })) {
    const kind = random.pick<Disruption>(
      endsProcesses(reader) ? ['drop', 'stall', 'freeze', 'restart'] : ['drop', 'drop', 'stall', 'freeze'],
    );
    const forMs = random.integer(0, longestMs);
    steps.push({ kind, atMs, reader: index, forMs });
    // In half of the stalls, the process is restarted and loses the messages that its application has not received.
    if (kind === 'stall' && endsProcesses(reader) && random.chance(0.5)) {
      const restartMs = atMs + Math.floor(0.7 * forMs);
      steps.push({ kind: 'restart', atMs: restartMs, reader: index, forMs: Math.floor(0.2 * forMs) });
    }
  }
  return steps;
}

/** One reader in four is once away for longer than messages are kept; servers prune every quarter of that time. */
function planAbsence(
  random: Random,
  { reader, index, durationMs, retentionSeconds }: DisruptionOptions,
): DisruptionStep[] {
  if (retentionSeconds === null || index % 4 !== 2) return [];
  const forMs = retentionSeconds * 1250 + 1000;
  const latestMs = durationMs - forMs;
  if (latestMs <= 0) return [];
  const atMs = random.integer(0, latestMs);
  const absence: DisruptionStep = { kind: 'drop', atMs, reader: index, forMs };
  if (!endsProcesses(reader)) return [absence];
  // The process ends before its application handles the reset, so the next process must get it again.
  const endMs = atMs + forMs;
  return [
    absence,
    { kind: 'stall', atMs: endMs - 100, reader: index, forMs: 1500 },
    { kind: 'restart', atMs: endMs + 1200, reader: index, forMs: 100 },
  ];
}

/** Whether a new process of the reader continues, or begins with a snapshot. */
function endsProcesses({ cursors }: PlannedReader): boolean {
  return cursors !== 'memory' && cursors !== 'none';
}

function planChanges(
  random: Random,
  memberships: readonly PlannedMembership[],
  durationMs: number,
): DeliveryStep[] {
  const steps: DeliveryStep[] = [];
  const changing = memberships.flatMap(({ isPermanent, ...membership }) => (isPermanent ? [] : [membership]));
  const areMembers = new Map(changing.map((membership) => [membership, membership.isMember]));
  if (changing.length === 0) return steps;
  for (const atMs of randomTimes(random, durationMs, { fromMs: 100, toMs: 500 })) {
    const membership = random.pick(changing);
    const kind = areMembers.get(membership) ? 'leave' : 'join';
    areMembers.set(membership, kind === 'join');
    steps.push({ kind, atMs, user: membership.user, topic: membership.topic });
  }
  return steps;
}
