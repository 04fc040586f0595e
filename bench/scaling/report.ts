import { breaksAt, cursorBytes, type Limit, type Load, type Needs, needsOf, partitionsFor } from './model.ts';
import { sampleFollowers } from './sample-followers.ts';
import { sources, units } from './units.ts';

/** Assumptions, stated in docs/scaling.md. */
const base: Load = {
  connections: 1_000_000,
  onlineShare: 0.1,
  postsPerUserAndDay: 0.5,
  peak: 3,
  followsPerUser: 200,
  sessionSeconds: 1800,
  leastNodes: 1,
  partitions: 1,
};

const sampleSize = 2000;

/** The tables of docs/scaling.md, in Markdown. */
export function renderReport(seed: number): string {
  const followers = sampleFollowers(seed, sampleSize);
  return [
    ['### Units', renderUnits()],
    ['### Load, assumed', renderLoad()],
    ['### What a size needs', renderSizes(followers)],
    ['### What grows with what', renderGrowth(followers)],
    ['### What breaks first', renderLimits(followers)],
  ]
    .map((section) => section.join('\n\n'))
    .join('\n\n')
    .concat('\n');
}

function renderUnits(): string {
  return table(
    ['Unit', 'Value', 'From'],
    Object.entries(sources).map(([name, { value, source }]) => [`\`${name}\``, number(value), source]),
  );
}

function renderLoad(): string {
  return table(
    ['Load', 'Value'],
    [
      ['users online, each with one connection', `${base.onlineShare * 100} %`],
      ['posts per user and day', number(base.postsPerUserAndDay)],
      ['the peak rate, as a multiple of the daily mean', number(base.peak)],
      ['authors that a user follows', number(base.followsPerUser)],
      ['duration of a connection, seconds', number(base.sessionSeconds)],
    ],
  );
}

function renderSizes(followers: readonly number[]): string {
  const large = { ...base, connections: 100_000_000 };
  const partitions = partitionsFor(large, units, followers);
  const loads = [{ ...base, connections: 10_000 }, base, large, { ...large, partitions }];
  const needs = loads.map((load) => needsOf(load, units, followers));
  const row = (name: string, cell: (needs: Needs, load: Load) => string): readonly string[] => [
    name,
    ...needs.map((each, index) => cell(each, loads[index] ?? base)),
  ];
  return table(
    [
      '',
      ...loads.map(
        ({ connections, partitions: logs }) =>
          `${number(connections)}, ${logs === 1 ? 'one log' : `${logs} logs`}`,
      ),
    ],
    [
      row('users', ({ users }) => number(users)),
      row('posts a second', ({ postsPerSecond }) => number(postsPerSecond)),
      row('deliveries a second', ({ deliveriesPerSecond }) => number(deliveriesPerSecond)),
      row('handshakes a second', ({ handshakesPerSecond }) => number(handshakesPerSecond)),
      row('nodes', ({ nodes }) => (Number.isFinite(nodes) ? number(nodes) : 'no number suffices')),
      row('memory of a node, MB', ({ memoryBytesPerNode }) => number(memoryBytesPerNode / 1e6)),
      row('appends per second and log', ({ postsPerSecond }, load) =>
        number(postsPerSecond / load.partitions),
      ),
      row('database reads a second', ({ readsPerSecond }) => number(readsPerSecond)),
      row('posts and log of 7 days, GB', ({ logBytes }) => number(logBytes / 1e9)),
      row('broker to nodes, MB a second', ({ brokerBytesPerSecond }) => number(brokerBytesPerSecond / 1e6)),
      row('cursor, bytes', (_needs, load) => number(cursorBytes(load.partitions, load.followsPerUser))),
      row('broken limits', ({ limits }) => brokenOf(limits)),
    ],
  );
}

function renderGrowth(followers: readonly number[]): string {
  const doubled: readonly (readonly [string, Partial<Load>])[] = [
    ['nothing', {}],
    ['posts of each user', { postsPerUserAndDay: base.postsPerUserAndDay * 2 }],
    [
      'the share of users online, and so online friends',
      { connections: base.connections * 2, onlineShare: base.onlineShare * 2 },
    ],
    ['users, the same share online', { connections: base.connections * 2 }],
    ['nodes', { leastNodes: 2 * needsOf(base, units, followers).nodes }],
    ['follow edges of each user', { followsPerUser: base.followsPerUser * 2 }],
  ];
  return table(
    [
      'Doubled',
      'Nodes',
      'Cores: deliveries',
      'posts',
      'pings',
      'handshakes',
      'events on all nodes',
      'Memory, GB',
    ],
    doubled.map(([name, change]) => {
      const { nodes, cores, memoryBytesPerNode } = needsOf({ ...base, ...change }, units, followers);
      const parts = [cores.deliveries, cores.posts, cores.pings, cores.handshakes, cores.events];
      return [name, number(nodes), ...parts.map(number), number((nodes * memoryBytesPerNode) / 1e9)];
    }),
  );
}

const limitNames: Readonly<Record<Limit, string>> = {
  broker: 'one broker sends every event to every node',
  reads: 'one database answers every handshake',
  events: 'every node reads every event',
  head: 'one head row takes every post',
};

function renderLimits(followers: readonly number[]): string {
  const reached = (Object.keys(limitNames) as Limit[]).map((limit) => ({
    limit,
    at: breaksAt(limit, base, units, followers),
  }));
  return table(
    ['Limit', 'Reached at connections'],
    reached.toSorted((a, b) => a.at - b.at).map(({ limit, at }) => [limitNames[limit], number(at)]),
  );
}

function brokenOf(limits: Needs['limits']): string {
  const broken = (Object.keys(limits) as Limit[]).filter((limit) => limits[limit] > 1);
  return broken.length === 0 ? 'none' : broken.join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Rounds to three digits. */
function number(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 3 });
}
