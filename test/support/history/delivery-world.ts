import { setTimeout as delay } from 'node:timers/promises';
import { at } from './at.ts';
import { type Cluster, startCluster } from './cluster.ts';
import type { DeliveryApp, OpenApp, Writer } from './delivery-app.ts';
import { DeliveryRecorder } from './delivery-recorder.ts';
import type { DeliverySchedule, Membership, PlannedReader } from './delivery-schedule.ts';
import { type FaultProxy, openFaultProxy, type Route } from './fault-proxy.ts';
import { Latencies } from './latencies.ts';
import { copyEvents } from './logged-events.ts';
import { createRandom } from './random.ts';
import { createRest } from './rest.ts';
import { Subscriber } from './subscriber.ts';
import { within } from './within.ts';

/** The running servers, writers and readers of a run. Disposing of it stops all of them. */
export interface DeliveryWorld extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly recorder: DeliveryRecorder;
  readonly latencies: Latencies;
  readonly writers: readonly Writer[];
  readonly readers: readonly Subscriber[];
  readonly identify: OpenApp<never>['identify'];
  /** Aborted when the world is disposed of. */
  readonly signal: AbortSignal;
  /** Errors that no client may have, whatever happens to its server. */
  readonly problems: readonly string[];
  /** Rejects when the run cannot continue; never resolves. */
  readonly failure: Promise<never>;
  /** The run fails if the promise rejects. */
  readonly watch: (pending: Promise<unknown>) => void;
  /** No response to a writer gets through for that time, and then the connections break. */
  loseAnswers(forMs: number): Promise<void>;
  /**
   * Skipped while the previous change of the pair may still take effect: it is unanswered, or an attempt without a
   * response may still be in transit.
   */
  changeMembership(kind: 'join' | 'leave', membership: Membership): Promise<void>;
}

export interface DeliveryWorldOptions<Reader extends PlannedReader> {
  readonly app: DeliveryApp<Reader>;
  readonly schedule: DeliverySchedule<Reader>;
  /** An empty folder. */
  readonly folder: string;
}

/** How long the servers may take to answer the first requests. */
const openTimeoutMs = 120_000;
const closeTimeoutMs = 60_000;
/** Of each reader, so that the attempts of many leave time for the servers to start. */
const reconnectShareMs = 10;

export async function openDeliveryWorld<Reader extends PlannedReader>({
  app,
  schedule,
  folder,
}: DeliveryWorldOptions<Reader>): Promise<DeliveryWorld> {
  await using started = new AsyncDisposableStack();
  const disposal = new AbortController();
  const { signal } = disposal;
  const prepared = await app.prepare(schedule, folder);
  const cluster = started.use(
    await startCluster({
      program: app.program,
      engines: schedule,
      folder,
      env: { ...prepared.env, BYE_SPREAD_MS: '500', WORKERS: String(schedule.workers) },
    }),
  );
  await copyEvents(cluster);
  const recorder = new DeliveryRecorder(schedule.retentionSeconds);
  const latencies = new Latencies();
  const ports = cluster.nodes.map(({ port }) => port);
  const openProxy = async (route: () => Route): Promise<FaultProxy> => {
    const proxy = await openFaultProxy(route);
    started.defer(() => within(closeTimeoutMs, 'a proxy to close', proxy.close()));
    return proxy;
  };
  const writerProxies: FaultProxy[] = [];
  for (const port of ports) writerProxies.push(await openProxy(() => ({ port })));
  const rest = createRest(ports, signal);
  const writing = createRest(
    writerProxies.map(({ port }) => port),
    signal,
  );
  started.defer(() => rest.close());
  started.defer(() => writing.close());

  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const watch = (pending: Promise<unknown>): void => void pending.catch(failed.reject);
  watch(cluster.failure);
  const problems: string[] = [];
  const onProblem = (problem: string): void => void problems.push(problem);
  const opened = await Promise.race([
    within(openTimeoutMs, 'the application to open', prepared.open(rest)),
    failed.promise,
  ]);

  const writers: Writer[] = [];
  started.defer(async () => void (await Promise.all(writers.map((writer) => writer.close()))));
  const random = createRandom(schedule.seed);
  for (let index = 0; index < schedule.writers; index += 1) {
    let server = 0;
    const proxy = await openProxy(() => {
      server = cluster.pick();
      return { port: at(ports, server) };
    });
    writerProxies.push(proxy);
    writers.push(
      opened.createWriter(index, {
        port: proxy.port,
        server: () => server,
        rest: writing,
        recorder,
        latencies,
        random: random.fork(),
        signal,
        onProblem,
      }),
    );
  }
  const readers: Subscriber[] = [];
  started.defer(async () => void (await Promise.all(readers.map((reader) => reader.close()))));
  for (const [index, plan] of schedule.readers.entries()) {
    const name = `reader${index}`;
    const reader = opened.reader(name, plan);
    let node = 0;
    const proxy = await openProxy(() => {
      node = cluster.pick();
      return { port: at(ports, node), ended: subscriber.recorder?.link() ?? (() => {}) };
    });
    const subscriber: Subscriber = new Subscriber({
      name,
      plan,
      reader,
      proxy,
      record: () => recorder.reader(reader.identity),
      maxReconnectMs: Math.max(500, reconnectShareMs * schedule.readers.length),
      identify: (message, payload) => opened.identify(message, payload, reader.identity.channel),
      onReceived: (id) => {
        if (plan.isUndisturbed) latencies.saw(id, node);
      },
      onProblem,
    });
    readers.push(subscriber);
  }
  started.defer(() => disposal.abort());
  const stack = started.move();
  const maxTransitMs = longestTransitMs(schedule);
  /** The pairs whose previous change may still take effect. */
  const changing = new Set<string>();

  return {
    cluster,
    recorder,
    latencies,
    writers,
    readers,
    identify: opened.identify,
    signal,
    problems,
    failure: failed.promise,
    watch,
    async loseAnswers(forMs) {
      // Longer than `forMs`, so that the connections break before any response gets through.
      for (const proxy of writerProxies) proxy.freeze(forMs + 1000);
      await delay(forMs);
      for (const proxy of writerProxies) {
        proxy.drop(0);
        proxy.restore();
      }
    },
    async changeMembership(kind, membership) {
      const pair = `${membership.user} ${membership.topic}`;
      if (changing.has(pair)) return;
      changing.add(pair);
      const { user, topic, request } = opened.membershipRequest(kind, membership);
      let attempts = 0;
      const onAttempt = (): void => {
        attempts += 1;
      };
      await recorder.changeMembership({ kind, user, topic }, () =>
        rest.requestUntilAnswered({ ...request, onAttempt }),
      );
      const isOver = delay(attempts > 1 ? maxTransitMs : 0, undefined, { signal });
      isOver.then(
        () => changing.delete(pair),
        () => {}, // the run has ended
      );
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/**
 * How long a request without a response can take effect late. After a cut, TCP retransmits, even for a process that was
 * killed, after at most the time that it has retransmitted before.
 */
function longestTransitMs({ steps }: Pick<DeliverySchedule, 'steps'>): number {
  const cutsMs = steps.map((step) =>
    step.kind === 'cut-engine' || step.kind === 'isolate' ? step.forMs : 0,
  );
  return 2 * Math.max(0, ...cutsMs);
}
