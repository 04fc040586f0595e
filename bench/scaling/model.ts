import type { Units } from './units.ts';

/** Who uses the service, and how it is laid out. */
export interface Load {
  /** Open at the same time, one for each user who is online. */
  readonly connections: number;
  /** Of all users. */
  readonly onlineShare: number;
  readonly postsPerUserAndDay: number;
  /** How much busier than the day's mean the busiest time is. */
  readonly peak: number;
  /** Whom a user reads, on average; as many read a user, on average. */
  readonly followsPerUser: number;
  readonly sessionSeconds: number;
  /** Where more are run than are needed. */
  readonly leastNodes: number;
  /**
   * 1: one log, of which every node reads every event. More: each holds its authors' events on a database
   * and a broker of its own, and sends a node only events that somebody there reads.
   */
  readonly partitions: number;
}

/** What a load needs at its busiest time. */
export interface Needs {
  readonly users: number;
  readonly postsPerSecond: number;
  readonly deliveriesPerSecond: number;
  readonly handshakesPerSecond: number;
  /** Processes with a core each; Infinity where no number is enough. */
  readonly nodes: number;
  /** CPU seconds per second over all nodes, by what they go to. */
  readonly cores: Readonly<Record<'deliveries' | 'posts' | 'pings' | 'handshakes' | 'events', number>>;
  readonly memoryBytesPerNode: number;
  readonly readsPerSecond: number;
  readonly logBytes: number;
  readonly brokerBytesPerSecond: number;
  /** How much of each limit is used: above 1 it is broken. */
  readonly limits: Readonly<Record<Limit, number>>;
}

export type Limit = 'reads' | 'broker' | 'events' | 'head';

const mostNodes = 1_000_000;

/** @param followers how many readers the authors of a sample of posts have, relative to the mean */
export function needsOf(load: Load, units: Units, followers: readonly number[]): Needs {
  const { connections, partitions, peak } = load;
  const users = connections / load.onlineShare;
  const meanPosts = (users * load.postsPerUserAndDay) / 86_400;
  const posts = meanPosts * peak;
  const readersOnline = load.followsPerUser * load.onlineShare;
  const handshakes = (connections / load.sessionSeconds) * peak;
  const cores = {
    deliveries: (posts * readersOnline * units.deliveryCpuMicroseconds) / 1e6,
    posts: (posts * units.postCpuMicroseconds) / 1e6,
    pings: ((connections / units.pingIntervalSeconds) * units.pingCpuMicroseconds) / 1e6,
    handshakes: (handshakes * units.handshakeCpuMicroseconds) / 1e6,
  };
  const divided = Object.values(cores).reduce((sum, each) => sum + each, 0);
  const allEvents = (posts * units.eventCpuMicroseconds) / 1e6;

  /** The part of all events that one of so many nodes reads. */
  function shareOf(nodes: number): number {
    if (partitions === 1) return 1;
    const shares = followers.map((relative) => 1 - (1 - 1 / nodes) ** (relative * readersOnline));
    return shares.reduce((sum, share) => sum + share, 0) / shares.length;
  }

  const connectionBytes = units.connectionBytes + load.followsPerUser * units.friendBytes;
  const roomBytes = units.nodeMemoryBytes - units.idleNodeBytes;
  const ofMemory = Math.max(load.leastNodes, Math.ceil((connections * connectionBytes) / roomBytes));
  const isEnough = (nodes: number): boolean =>
    divided / nodes + allEvents * shareOf(nodes) <= units.nodeCpuShare;
  const nodes = leastFrom(ofMemory, isEnough);
  /** Where no number is enough, what else would be needed is told for those that the memory asks for. */
  const counted = Number.isFinite(nodes) ? nodes : ofMemory;
  const share = shareOf(counted);
  const reads = handshakes * units.databaseReadsPerHandshake;
  const brokerBytes = posts * share * counted * units.hintBytes;
  return {
    users,
    postsPerSecond: posts,
    deliveriesPerSecond: posts * readersOnline,
    handshakesPerSecond: handshakes,
    nodes,
    cores: { ...cores, events: allEvents * share * counted },
    memoryBytesPerNode: units.idleNodeBytes + (connections / counted) * connectionBytes,
    readsPerSecond: reads,
    logBytes: meanPosts * units.retentionSeconds * units.databaseBytesPerPost,
    brokerBytesPerSecond: brokerBytes,
    limits: {
      reads: reads / partitions / units.databaseReadsPerSecond,
      broker: brokerBytes / partitions / units.brokerBytesPerSecond,
      events: (allEvents * share) / units.nodeCpuShare,
      head: posts / partitions / units.appendsPerSecond,
    },
  };
}

/** The smallest number from `least` on that is enough, found by doubling and halving. */
function leastFrom(least: number, isEnough: (count: number) => boolean): number {
  let high = least;
  for (; !isEnough(high); high *= 2) if (high > mostNodes) return Number.POSITIVE_INFINITY;
  for (let low = Math.max(least, high / 2); low < high; ) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

/** At how many connections a limit is reached as the load grows and all else stays. */
export function breaksAt(limit: Limit, load: Load, units: Units, followers: readonly number[]): number {
  let low = 1;
  let high = 1e12;
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high);
    if (needsOf({ ...load, connections: middle }, units, followers).limits[limit] > 1) high = middle;
    else low = middle;
  }
  return high;
}

/** The fewest partitions, by doubling, with which no limit is broken. */
export function partitionsFor(load: Load, units: Units, followers: readonly number[]): number {
  let partitions = 2;
  const isBroken = (): boolean =>
    Object.values(needsOf({ ...load, partitions }, units, followers).limits).some((used) => used > 1);
  while (partitions < 65_536 && isBroken()) partitions *= 2;
  return partitions;
}

/** A cursor with one place for each partition that a user reads: 16 bytes of epoch, and 8 for each. */
export function cursorBytes(partitions: number, followsPerUser: number): number {
  const read = partitions * (1 - (1 - 1 / partitions) ** followsPerUser);
  return Math.ceil(16 + 8 * read);
}
