import { momentsOf } from './moments.ts';
import { planCluster, planCuts } from './plan-cluster.ts';
import { createRandom, type Random } from './random.ts';

/** What a run is made from; the same options give the same schedule. */
export interface ScheduleOptions {
  readonly seed: number;
  readonly durationMs: number;
  readonly clients: number;
  /** Posts per second, of all authors together. */
  readonly rate: number;
  /** About how often a server is killed; 0 for never. */
  readonly killEveryMs: number;
  /** Servers, of one database. */
  readonly nodes: number;
  readonly database: 'embedded' | 'postgres';
  /** Between the nodes. */
  readonly broker: BrokerKind;
  /** Whether what the nodes share can be cut off from them. */
  readonly cuts: boolean;
}

export const brokerKinds = ['none', 'redis', 'rabbitmq', 'kafka', 'nats'] as const;
export type BrokerKind = (typeof brokerKinds)[number];

/** Everything that a run does to the server and to its clients. Times are milliseconds since its start. */
export interface Schedule extends ScheduleOptions {
  readonly authors: number;
  /** Until then everything goes well, if there are several nodes. */
  readonly quietMs: number;
  /** RETENTION_SECONDS of the server: short enough that some clients are away for longer. */
  readonly retentionSeconds: number;
  readonly readers: readonly Reader[];
  /** The friends at the start, and those made and unmade later. Users are numbered as in `readers`. */
  readonly friends: readonly Pair[];
  readonly steps: readonly Step[];
}

export interface Reader {
  /** Some users have two clients. */
  readonly user: number;
  readonly audience: 'everyone' | 'friends';
  /** Where the cursor is kept; `server` means by the acks alone, `none` that the connections are plain. */
  readonly cursors: 'memory' | 'file' | 'server' | 'none';
  /** Whether nothing happens to it but what happens to its server: how long posts take is measured at it. */
  readonly isSpared: boolean;
}

export interface Pair {
  readonly user: number;
  readonly author: number;
}

/** What happens to a reader, for some time. */
export type Trouble =
  /** The transport breaks, and cannot be had again. */
  | 'drop'
  /** The application's handler does not return. */
  | 'stall'
  /** Nothing is read from the client's socket. */
  | 'freeze'
  /** The client's process ends; another begins afterwards. */
  | 'restart';

/** What the nodes share. */
export type EngineKind = 'database' | 'broker';

export type Step = { readonly atMs: number } & (
  | {
      /** kill -9, and a start after `pauseMs`. */
      readonly kind: 'kill';
      readonly node: number;
      readonly pauseMs: number;
    }
  /** Every node is restarted in order, one after the other. */
  | { readonly kind: 'roll' }
  | { readonly kind: 'kill-engine'; readonly engine: EngineKind; readonly pauseMs: number }
  /** All of its processes are stopped for that time. */
  | { readonly kind: 'freeze-engine'; readonly engine: EngineKind; readonly forMs: number }
  /** For that time every packet on the way to it, and from it, is dropped. */
  | { readonly kind: 'cut-engine'; readonly engine: EngineKind; readonly forMs: number }
  /** The nodes are stopped in order, their epoch bumped, and they are started again. */
  | { readonly kind: 'bump-epoch' }
  /** So many posts come as fast as their authors can: more than a client may leave unacknowledged. */
  | { readonly kind: 'burst'; readonly posts: number }
  /** No answer to a post gets through for that time, and then the connections break. */
  | { readonly kind: 'lose-answers'; readonly forMs: number }
  | {
      readonly kind: Trouble;
      /** An index of `readers`. */
      readonly reader: number;
      readonly forMs: number;
    }
  | ({ readonly kind: 'set-friend' | 'delete-friend' } & Pair)
);

const authors = 6;

export function createSchedule(options: ScheduleOptions): Schedule {
  const { seed, durationMs, nodes } = options;
  const random = createRandom(seed);
  // One source for each part, so that another number of clients does not move the kills.
  const [ofServer, ofReaders, ofFriends, ofCluster, ofCuts] = [
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
    ...Array.from({ length: nodes > 1 ? nodes : 0 }, () => spared),
  ];
  const friends = planFriends(ofFriends, readers);
  const steps = [
    ...planServer(ofServer, options),
    ...planCluster(ofCluster, options),
    ...planCuts(ofCuts, options),
    ...readers.flatMap((reader, index) =>
      planTroubles(ofReaders.fork(), { reader, index, durationMs, retentionMs: retentionSeconds * 1000 }),
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
      .filter(({ atMs, kind }) => atMs < durationMs && (atMs >= quietMs || isHarmless(kind)))
      .map((step) => (step.kind === 'kill' ? { ...step, node: ofCluster.integer(0, nodes) } : step))
      .toSorted((a, b) => a.atMs - b.atMs),
  };
}

function isHarmless(kind: Step['kind']): boolean {
  return kind === 'set-friend' || kind === 'delete-friend';
}

const spared: Reader = { user: 0, audience: 'everyone', cursors: 'memory', isSpared: true };

const audiences = ['everyone', 'friends', 'friends', 'everyone', 'friends'] as const;
const cursorKinds = ['memory', 'file', 'server'] as const;

/** Fifteen readers have each audience with each kind of cursor. */
function planReader(index: number, count: number): Reader {
  const isPlain = count >= 8 && index >= count - 2;
  return {
    user: Math.floor(index / 2),
    audience: audiences[index % audiences.length] ?? 'everyone',
    cursors: isPlain ? 'none' : (cursorKinds[index % cursorKinds.length] ?? 'memory'),
    isSpared: false,
  };
}

function planServer(random: Random, { durationMs, killEveryMs }: ScheduleOptions): Step[] {
  const steps: Step[] = [{ kind: 'bump-epoch', atMs: random.integer(0.3 * durationMs, 0.7 * durationMs) }];
  for (const atMs of momentsOf(random, durationMs, { fromMs: 200, toMs: 1500 })) {
    steps.push({ kind: 'lose-answers', atMs, forMs: random.integer(5, 50) });
  }
  const burstGap = { fromMs: Math.min(8000, 0.3 * durationMs), toMs: Math.min(15_000, 0.6 * durationMs) };
  for (const atMs of momentsOf(random, durationMs, burstGap)) steps.push({ kind: 'burst', atMs, posts: 400 });
  if (killEveryMs === 0) return steps;
  for (const atMs of momentsOf(random, durationMs, { fromMs: 0.7 * killEveryMs, toMs: 1.3 * killEveryMs })) {
    steps.push({ kind: 'kill', node: 0, atMs, pauseMs: random.integer(0, 300) });
  }
  return steps;
}

interface TroubleOptions {
  readonly reader: Reader;
  readonly index: number;
  readonly durationMs: number;
  readonly retentionMs: number;
}

function planTroubles(random: Random, options: TroubleOptions): Step[] {
  const { reader, index, durationMs, retentionMs } = options;
  if (reader.isSpared) return [];
  const steps = planAbsence(random, options);
  for (let atMs = 0; ; ) {
    atMs += random.integer(0.1 * retentionMs, 0.8 * retentionMs);
    if (atMs >= durationMs) return steps;
    const kind = pickTrouble(random, reader);
    const forMs = random.integer(0, longestOf[kind] * retentionMs);
    steps.push({ kind, atMs, reader: index, forMs });
    // Half of the stalls end with the process, and with what waits for its application.
    if (kind === 'stall' && outlivesProcess(reader) && random.chance(0.5)) {
      steps.push({
        kind: 'restart',
        atMs: atMs + Math.floor(0.7 * forMs),
        reader: index,
        forMs: Math.floor(0.2 * forMs),
      });
    }
    // One after the other: a process that has ended cannot end again.
    atMs += forMs;
  }
}

/** One reader in four is away, once, for longer than the server keeps events, which it removes every quarter of that time. */
function planAbsence(random: Random, { reader, index, durationMs, retentionMs }: TroubleOptions): Step[] {
  const forMs = retentionMs * 1.25 + 1000;
  const latestMs = durationMs - forMs;
  if (index % 4 !== 2 || latestMs <= 0) return [];
  const atMs = random.integer(0, latestMs);
  const absence: Step = { kind: 'drop', atMs, reader: index, forMs };
  if (!outlivesProcess(reader)) return [absence];
  // Its application does not come to hear of what is gone: the next process must be told again.
  const endMs = atMs + forMs;
  return [
    absence,
    { kind: 'stall', atMs: endMs - 100, reader: index, forMs: 1500 },
    { kind: 'restart', atMs: endMs + 1200, reader: index, forMs: 100 },
  ];
}

/** As a share of the retention: a client is back well before what it has missed is removed. */
const longestOf: Readonly<Record<Trouble, number>> = { drop: 0.3, stall: 0.8, freeze: 0.8, restart: 0.3 };

/** A cursor in memory, or none, does not. */
function outlivesProcess({ cursors }: Reader): boolean {
  return cursors === 'file' || cursors === 'server';
}

function pickTrouble(random: Random, reader: Reader): Trouble {
  return random.pick(
    outlivesProcess(reader) ? ['drop', 'stall', 'freeze', 'restart'] : ['drop', 'drop', 'stall', 'freeze'],
  );
}

interface PlannedPair extends Pair {
  readonly isFriend: boolean;
  /** Never changes. */
  readonly isSteady: boolean;
}

function planFriends(random: Random, readers: readonly Reader[]): PlannedPair[] {
  const users = new Set(readers.map(({ user }) => user));
  return [...users].flatMap((user) => {
    const ranks = random.shuffle(Array.from({ length: authors }, (_, author) => author));
    // Three stay friends, one stays a stranger, and the others come and go.
    return ranks.map((author, rank) => ({
      user,
      author,
      isFriend: rank < 3 || (rank > 3 && random.chance(0.5)),
      isSteady: rank <= 3,
    }));
  });
}

function planChanges(random: Random, pairs: readonly PlannedPair[], durationMs: number): Step[] {
  const steps: Step[] = [];
  const areFriends = new Map(pairs.map((pair) => [pair, pair.isFriend]));
  const changing = pairs.filter(({ isSteady }) => !isSteady);
  if (changing.length === 0) return steps;
  for (const atMs of momentsOf(random, durationMs, { fromMs: 200, toMs: 1000 })) {
    const pair = random.pick(changing);
    const kind = areFriends.get(pair) ? 'delete-friend' : 'set-friend';
    areFriends.set(pair, kind === 'set-friend');
    steps.push({ kind, atMs, user: pair.user, author: pair.author });
  }
  return steps;
}
