import { planCluster, planCuts, planDatabaseFaults } from '../../support/history/plan-cluster.ts';
import { planServers } from '../../support/history/plan-servers.ts';
import { createRandom, type Random, randomTimes } from '../../support/history/random.ts';
import type {
  ClusterStep,
  Disruption,
  DisruptionStep,
  ScheduleOptions,
  TrafficStep,
} from '../../support/history/run-options.ts';

/** Everything that a run does to the servers and their clients. Times are milliseconds since its start. */
export interface Schedule extends ScheduleOptions {
  readonly authors: number;
  /** With several nodes, there are no disruptions until then. */
  readonly quietMs: number;
  /** RETENTION_SECONDS of the servers: short enough that some clients are away for longer. */
  readonly retentionSeconds: number;
  readonly readers: readonly Reader[];
  /** The friendships at the start. Users are numbered as in `readers`. */
  readonly friends: readonly Pair[];
  readonly steps: readonly Step[];
}

export interface Reader {
  /** Some users have two clients. */
  readonly user: number;
  readonly audience: 'everyone' | 'friends';
  /** Where the cursor is stored; `server`: only as acks; `none`: the connections are plain. */
  readonly cursors: 'memory' | 'file' | 'server' | 'none';
  /** Whether only its servers are disrupted. Latencies are measured at such readers. */
  readonly isUndisturbed: boolean;
}

export interface Pair {
  readonly user: number;
  readonly author: number;
}

export type Step =
  | ClusterStep
  | DisruptionStep
  | TrafficStep
  | ({ readonly atMs: number; readonly kind: 'set-friend' | 'delete-friend' } & Pair);

const authors = 6;

export function createSchedule(options: ScheduleOptions): Schedule {
  const { seed, durationMs, nodes } = options;
  const random = createRandom(seed);
  // One source per part, so that the number of clients does not affect the kills.
  const [ofServer, ofReaders, ofFriends, ofCluster, ofCuts, ofDatabase] = [
    random.fork(),
    random.fork(),
    random.fork(),
    random.fork(),
    random.fork(),
    random.fork(),
  ];
  const quietMs = nodes > 1 ? durationMs / 5 : 0;
  const retentionSeconds = Math.min(60, Math.max(3, Math.round(durationMs / 6000)));
  const readers = [
    ...Array.from({ length: options.clients }, (_, index) => planReader(index, options.clients)),
    ...Array.from({ length: nodes > 1 ? nodes : 0 }, () => undisturbed),
  ];
  const friends = planFriends(ofFriends, readers);
  const steps = [
    ...planServers(ofServer, options),
    ...planCluster(ofCluster, options),
    ...planCuts(ofCuts, options),
    ...planDatabaseFaults(ofDatabase, options),
    ...readers.flatMap((reader, index) =>
      planDisruptions(ofReaders.fork(), { reader, index, durationMs, retentionMs: retentionSeconds * 1000 }),
    ),
    ...planChanges(ofFriends, friends, durationMs),
  ];
  return {
    ...options,
    authors,
    quietMs,
    retentionSeconds,
    readers,
    friends: friends.filter(({ isFriend }) => isFriend).map(({ user, author }) => ({ user, author })),
    steps: steps
      .filter(({ atMs, kind }) => atMs < durationMs && (atMs >= quietMs || isAllowedWhileQuiet(kind)))
      .map((step) => (step.kind === 'kill' ? { ...step, node: ofCluster.integer(0, nodes) } : step))
      .toSorted((a, b) => a.atMs - b.atMs),
  };
}

function isAllowedWhileQuiet(kind: Step['kind']): boolean {
  return kind === 'set-friend' || kind === 'delete-friend';
}

const undisturbed: Reader = { user: 0, audience: 'everyone', cursors: 'memory', isUndisturbed: true };

const audiences = ['everyone', 'friends', 'friends', 'everyone', 'friends'] as const;
const cursorKinds = ['memory', 'file', 'server'] as const;

/** Fifteen readers cover every combination of audience and cursor. */
function planReader(index: number, count: number): Reader {
  const isPlain = count >= 8 && index >= count - 2;
  return {
    user: Math.floor(index / 2),
    audience: audiences[index % audiences.length] ?? 'everyone',
    cursors: isPlain ? 'none' : (cursorKinds[index % cursorKinds.length] ?? 'memory'),
    isUndisturbed: false,
  };
}

interface DisruptionOptions {
  readonly reader: Reader;
  readonly index: number;
  readonly durationMs: number;
  readonly retentionMs: number;
}

function planDisruptions(random: Random, options: DisruptionOptions): Step[] {
  const { reader, index, durationMs, retentionMs } = options;
  if (reader.isUndisturbed) return [];
  const steps = planAbsence(random, options);
  for (let atMs = 0; ; ) {
    atMs += random.integer(0.1 * retentionMs, 0.8 * retentionMs);
    if (atMs >= durationMs) return steps;
    const kind = pickDisruption(random, reader);
    const forMs = random.integer(0, maxShareOf[kind] * retentionMs);
    steps.push({ kind, atMs, reader: index, forMs });
    // In half of the stalls, the process is restarted and loses the posts that its application has not seen.
    if (kind === 'stall' && outlivesProcess(reader) && random.chance(0.5)) {
      steps.push({
        kind: 'restart',
        atMs: atMs + Math.floor(0.7 * forMs),
        reader: index,
        forMs: Math.floor(0.2 * forMs),
      });
    }
    // They do not overlap: a process that has ended cannot end again.
    atMs += forMs;
  }
}

/** One reader in four is once away for longer than the retention; servers prune every quarter of that time. */
function planAbsence(random: Random, { reader, index, durationMs, retentionMs }: DisruptionOptions): Step[] {
  const forMs = retentionMs * 1.25 + 1000;
  const latestMs = durationMs - forMs;
  if (index % 4 !== 2 || latestMs <= 0) return [];
  const atMs = random.integer(0, latestMs);
  const absence: Step = { kind: 'drop', atMs, reader: index, forMs };
  if (!outlivesProcess(reader)) return [absence];
  // The process ends before its application handles the reset, so the next process must get it again.
  const endMs = atMs + forMs;
  return [
    absence,
    { kind: 'stall', atMs: endMs - 100, reader: index, forMs: 1500 },
    { kind: 'restart', atMs: endMs + 1200, reader: index, forMs: 100 },
  ];
}

/** As a share of the retention, so that a client is back well before the posts that it missed are pruned. */
const maxShareOf: Readonly<Record<Disruption, number>> = { drop: 0.3, stall: 0.8, freeze: 0.8, restart: 0.3 };

/** Whether the cursor outlives the process. */
function outlivesProcess({ cursors }: Reader): boolean {
  return cursors === 'file' || cursors === 'server';
}

function pickDisruption(random: Random, reader: Reader): Disruption {
  return random.pick(
    outlivesProcess(reader) ? ['drop', 'stall', 'freeze', 'restart'] : ['drop', 'drop', 'stall', 'freeze'],
  );
}

interface PlannedPair extends Pair {
  readonly isFriend: boolean;
  /** Whether the friendship never changes. */
  readonly isPermanent: boolean;
}

function planFriends(random: Random, readers: readonly Reader[]): PlannedPair[] {
  const users = new Set(readers.map(({ user }) => user));
  return [...users].flatMap((user) => {
    const ranks = random.shuffle(Array.from({ length: authors }, (_, author) => author));
    // Three stay friends, one stays a stranger, and the others change.
    return ranks.map((author, rank) => ({
      user,
      author,
      isFriend: rank < 3 || (rank > 3 && random.chance(0.5)),
      isPermanent: rank <= 3,
    }));
  });
}

function planChanges(random: Random, pairs: readonly PlannedPair[], durationMs: number): Step[] {
  const steps: Step[] = [];
  const areFriends = new Map(pairs.map((pair) => [pair, pair.isFriend]));
  const changing = pairs.filter(({ isPermanent }) => !isPermanent);
  if (changing.length === 0) return steps;
  for (const atMs of randomTimes(random, durationMs, { fromMs: 200, toMs: 1000 })) {
    const pair = random.pick(changing);
    const kind = areFriends.get(pair) ? 'delete-friend' : 'set-friend';
    areFriends.set(pair, kind === 'set-friend');
    steps.push({ kind, atMs, user: pair.user, author: pair.author });
  }
  return steps;
}
