import type { Units } from './units.ts';

/** The users of a service, and its layout. */
export interface Load {
  /** The number of open connections, one per online user. */
  readonly connections: number;
  /** Over all users. */
  readonly onlineShare: number;
  readonly postsPerUserAndDay: number;
  /** The ratio of the peak load to the daily mean. */
  readonly peak: number;
  /** The average number of friends of a user, and of readers of an author. */
  readonly followsPerUser: number;
  readonly sessionSeconds: number;
  /** The minimum number, if more are run than needed. */
  readonly leastNodes: number;
  /**
   * 1: one log, from which every node reads every event. More: each partition stores the events of its authors in
   * its own database with its own broker, and sends a node only events that have a reader there.
   */
  readonly partitions: number;
}

/** The resources that a load needs at its peak. */
export interface Needs {
  readonly users: number;
  readonly postsPerSecond: number;
  readonly deliveriesPerSecond: number;
  readonly handshakesPerSecond: number;
  /** The number of processes with a core each; Infinity if no number is enough. */
  readonly nodes: number;
  /** CPU seconds per second over all nodes, by purpose. */
  readonly cores: Readonly<Record<'deliveries' | 'posts' | 'pings' | 'handshakes' | 'events', number>>;
  readonly memoryBytesPerNode: number;
  readonly readsPerSecond: number;
  readonly logBytes: number;
  readonly brokerBytesPerSecond: number;
  /** The used share of each limit; a share above 1 exceeds it. */
  readonly limits: Readonly<Record<Limit, number>>;
}

export type Limit = 'reads' | 'broker' | 'events' | 'head';

const mostNodes = 1_000_000;

/** @param followers the numbers of readers of the authors of a sample of posts, relative to the mean */
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

  /** The share of all events that one of so many nodes reads. */
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
  /** If no number is enough, the other needs are computed for the number that the memory requires. */
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

/** The smallest sufficient number from `least` on, found by doubling and bisection. */
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

/** The number of connections at which a limit is reached, with everything else unchanged. */
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

/** The fewest partitions, by doubling, that exceed no limit. */
export function partitionsFor(load: Load, units: Units, followers: readonly number[]): number {
  let partitions = 2;
  const isBroken = (): boolean =>
    Object.values(needsOf({ ...load, partitions }, units, followers).limits).some((used) => used > 1);
  while (partitions < 65_536 && isBroken()) partitions *= 2;
  return partitions;
}

/** The size of a cursor with an offset per partition that a user reads: 16 bytes of epoch, and 8 per partition. */
export function cursorBytes(partitions: number, followsPerUser: number): number {
  const read = partitions * (1 - (1 - 1 / partitions) ** followsPerUser);
  return Math.ceil(16 + 8 * read);
}
