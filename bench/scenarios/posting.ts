import type { Metric, OpenSubject, Sample, Subject } from '../harness/scenario.ts';
import { AppendWatch } from '../load/append-watch.ts';
import { measureParts, sum } from '../load/measure-parts.ts';
import { commonMetrics, type Phases } from '../load/measure-posts.ts';
import { Publisher } from '../load/publisher.ts';
import { type BenchStore, createStore, type EngineName, whyNoStore } from '../load/store.ts';
import { writePosts, writers } from '../load/write-posts.ts';
import type { Peer, PeerProcess } from '../peers/peer.ts';
import type { Scale } from './fan-out-subject.ts';

/** The metrics of a `postingSubject`. */
export const postingMetrics: readonly Metric[] = [
  { name: 'postsPerSecond', title: 'posts', unit: '1/s', better: 'higher' },
  { name: 'cpuUs', title: 'server CPU per post', unit: 'µs', better: 'lower' },
  { name: 'databaseUs', title: 'database CPU per post', unit: 'µs', better: 'lower' },
  { name: 'generatorUs', title: 'generator CPU per post', unit: 'µs', better: 'lower' },
  commonMetrics.p50Ms,
  commonMetrics.p99Ms,
  { name: 'idlePercent', title: 'idle, share of all cores', unit: '%', better: 'lower' },
  { name: 'elsewherePercent', title: 'other processes, share of all cores', unit: '%', better: 'lower' },
];

/** For a subject with `watch`: how many posts share a transaction, and how the nodes' connections spend their time. */
export const appendMetrics: readonly Metric[] = [
  { name: 'postsPerAppend', title: 'posts per append', unit: '', better: 'higher' },
  { name: 'lock', title: 'appends that wait for a lock', unit: '', better: 'lower' },
  { name: 'flush', title: 'appends that wait for the disk', unit: '', better: 'lower' },
  { name: 'server', title: 'appends that wait for their node', unit: '', better: 'lower' },
  { name: 'running', title: 'appends that run', unit: '', better: 'lower' },
];

export interface PostingOptions extends Pick<Subject, 'name' | 'title'> {
  readonly peer: Pick<Peer, 'prepare' | 'start'>;
  readonly engine: EngineName;
  /** The number of servers that share the store. */
  readonly nodes: number;
  /** Whether to measure `appendMetrics`; PostgreSQL only. */
  readonly watch?: boolean;
}

/** Servers with one new store, which accept posts from `writers` writers as fast as they answer them. */
export function postingSubject(
  { peer, engine, nodes, watch, ...shown }: PostingOptions,
  scale: Scale,
): Subject {
  return {
    ...shown,
    async prepare() {
      return whyNoStore(engine) ?? (await peer.prepare());
    },
    connections: writers,
    async open({ quick }): Promise<OpenSubject> {
      const resources = new AsyncDisposableStack();
      try {
        const store = await createStore(engine);
        resources.defer(() => store.remove());
        const servers: PeerProcess[] = [];
        for (let node = 0; node < nodes; node += 1) {
          const server = await peer.start(settingsOf(store, node));
          resources.defer(() => server.stop());
          servers.push(server);
        }
        const { DATABASE_URL } = store.settings;
        const appends = watch && DATABASE_URL !== undefined ? await AppendWatch.open(DATABASE_URL) : null;
        resources.defer(async () => appends?.end());
        const posting = await Posting.open({ store, servers, appends });
        resources.defer(() => posting.end());
        const { warmUpMs } = quick ? scale.quickPhases : scale.phases;
        // Longer than for a fan-out: request handling is compiled after some ten thousand requests.
        await posting.post(2 * warmUpMs);
        return {
          measure: () => posting.measure(quick ? scale.quickTurn : scale.turn),
          close: () => resources.disposeAsync(),
        };
      } catch (thrown) {
        await resources.disposeAsync();
        throw thrown;
      }
    },
  };
}

/** Nodes share the database but not the folder; the embedded store has only one. */
function settingsOf({ settings }: BenchStore, node: number): Readonly<Record<string, string>> {
  const { DATA_DIR, DATABASE_URL } = settings;
  return DATABASE_URL === undefined ? { DATA_DIR } : { DATA_DIR: `${DATA_DIR}/${node}`, DATABASE_URL };
}

interface PostingParts {
  readonly store: BenchStore;
  readonly servers: readonly PeerProcess[];
  readonly appends: AppendWatch | null;
}

class Posting {
  readonly #parts: PostingParts;
  readonly #publishers: readonly Publisher[];
  #answered = 0;

  private constructor(parts: PostingParts, publishers: readonly Publisher[]) {
    this.#parts = parts;
    this.#publishers = publishers;
  }

  static async open(parts: PostingParts): Promise<Posting> {
    const publishers = await Promise.all(parts.servers.map(({ port }) => Publisher.open(port, writers)));
    return new Posting(parts, publishers);
  }

  async post(ms: number): ReturnType<typeof writePosts> {
    const { dialect } = this.#parts.servers[0] as PeerProcess;
    const latencies = await writePosts(ms, dialect, this.#publishers);
    this.#answered += latencies.count;
    return latencies;
  }

  async measure({ warmUpMs, maxMs }: Phases): Promise<Sample> {
    const { store, servers, appends } = this.#parts;
    await this.post(warmUpMs);
    const endAppends = await appends?.watch();
    const endParts = measureParts(servers, store);
    const latencies = await this.post(maxMs);
    const parts = endParts();
    const appended = await endAppends?.();
    const perPostUs = (seconds: number): number => (seconds / latencies.count) * 1e6;
    const coreSeconds = parts.idle + parts.elsewhere + parts.generator + parts.database + sum(parts.servers);
    return {
      values: {
        postsPerSecond: latencies.count / parts.seconds,
        cpuUs: perPostUs(sum(parts.servers)),
        databaseUs: perPostUs(parts.database),
        generatorUs: perPostUs(parts.generator),
        p50Ms: latencies.quantileMs(0.5),
        p99Ms: latencies.quantileMs(0.99),
        idlePercent: (parts.idle / coreSeconds) * 100,
        elsewherePercent: (parts.elsewhere / coreSeconds) * 100,
        ...(appended && { postsPerAppend: latencies.count / appended.transactions, ...appended.states }),
      },
      wrong: (await appends?.faults(this.#answered)) ?? [],
    };
  }

  end(): void {
    for (const publisher of this.#publishers) publisher.end();
  }
}
