/** Measures the memory that a membership of a connected user takes, which is a friend in the feed. Run directly, it prints it for several graphs. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { JoinedTopics } from '../../src/runtime/log/engine.ts';
import { Topics } from '../../src/runtime/log/topics/topics.ts';
import { createRandom } from '../../test/support/history/random.ts';
import { printResult } from '../support.ts';

interface Graph {
  readonly users: number;
  readonly friendsOfEach: number;
  readonly authors: number;
  /** 1: all authors are equally popular. Above: the author of rank r is chosen in proportion to r ** (1 / skew - 1). */
  readonly skew: number;
}

interface FriendMemory {
  /** The bytes on the heap and in buffers. */
  readonly bytes: number;
  /** Including heap growth caused by garbage while loading. */
  readonly rssBytes: number;
  /** The time to load them, including the creation of the rows. */
  readonly cpuMicroseconds: number;
}

const many: Graph = { users: 10_000, friendsOfEach: 200, authors: 100_000, skew: 3 };

const graphs: Readonly<Record<string, Graph>> = {
  'two readers an author': { ...many, users: 1000, skew: 1 },
  'two readers an author on average, power law': { ...many, users: 1000 },
  '20 readers an author': { ...many, skew: 1 },
  '20 readers an author on average, power law': many,
  '200 readers an author on average, power law': { ...many, authors: 10_000 },
};

/** The bytes per friend of a connected user, for 2,000,000 edges by a power law. */
export async function measureFriendBytes(): Promise<number> {
  return (await measure(many)).bytes;
}

async function measure(graph: Graph): Promise<FriendMemory> {
  const { users, friendsOfEach } = graph;
  const edges = users * friendsOfEach;
  const collect = exposeCollect();
  const topics = new Topics<object>({ topicsOf: drawFriends(graph), deliver() {} });
  const bytesBefore = await usedBytes(collect);
  const rssBefore = rssBytes();
  const cpu = process.cpuUsage();
  const subscriptions = [];
  for (let user = 0; user < users; user += 1) {
    const subscription = await topics.subscribe(idOf(graph.authors + user), 'posts', 'topic');
    topics.join(subscription, {});
    subscriptions.push(subscription);
  }
  const { user, system } = process.cpuUsage(cpu);
  const bytes = (await usedBytes(collect)) - bytesBefore;
  const rss = rssBytes() - rssBefore;
  for (const subscription of subscriptions) topics.end(subscription);
  return {
    bytes: Math.round(bytes / edges),
    rssBytes: Math.round(rss / edges),
    cpuMicroseconds: Math.round(((user + system) / edges) * 100) / 100,
  };
}

/** Like rows of the database: each id is a separate string. */
function drawFriends({ friendsOfEach, authors, skew }: Graph): () => Promise<JoinedTopics> {
  const random = createRandom(1);
  return async () => {
    const drawn = new Set<number>();
    while (drawn.size < friendsOfEach) drawn.add(Math.floor(authors * random.between(0, 1) ** skew));
    return { topics: Array.from(drawn, idOf), sinceSeqs: [...drawn] };
  };
}

function idOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

function exposeCollect(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

async function usedBytes(collect: () => void): Promise<number> {
  collect();
  // Another thread frees buffers.
  await sleep(100);
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function rssBytes(): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Runs in a separate process, so that graphs do not share memory. */
function measureApart(name: string): unknown {
  const { stdout, stderr, status } = spawnSync(process.execPath, [import.meta.filename, name], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(stdout);
}

if (import.meta.main) {
  const [name] = process.argv.slice(2);
  const graph = name === undefined ? undefined : graphs[name];
  if (graph !== undefined) {
    process.stdout.write(JSON.stringify(await measure(graph)));
  } else {
    const results = Object.keys(graphs).map((each) => [each, measureApart(each)]);
    printResult(Object.fromEntries(results), []);
  }
}
