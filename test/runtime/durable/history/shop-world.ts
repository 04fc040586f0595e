import { setTimeout as delay } from 'node:timers/promises';
import { at } from '../../../support/history/at.ts';
import { type Cluster, startCluster } from '../../../support/history/cluster.ts';
import { DeliveryRecorder } from '../../../support/history/delivery-recorder.ts';
import { type FaultProxy, openFaultProxy } from '../../../support/history/fault-proxy.ts';
import { createRandom } from '../../../support/history/random.ts';
import { createRest } from '../../../support/history/rest.ts';
import type { OrdersSnapshot } from '../shop/read-orders.ts';
import { ShopReaderClient } from './shop-reader-client.ts';
import type { Membership, ShopReader, ShopSchedule } from './shop-schedule.ts';
import { ShopWriter } from './shop-writer.ts';

const shopServer = {
  server: 'test/runtime/durable/shop/main.ts',
  bumpEpoch: 'test/runtime/durable/shop/bump-epoch.ts',
  announcement: 'The shop is open on ',
};

/** The running servers, writers and readers of a run. Disposing of it stops all of them. */
export interface ShopWorld extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly recorder: DeliveryRecorder;
  readonly writers: readonly ShopWriter[];
  readonly readers: readonly ShopReaderClient[];
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
  /** Skipped while the previous change of the pair is unanswered. */
  changeMembership(kind: 'join' | 'leave', membership: Membership): Promise<void>;
}

/** `folder` must be empty. */
export async function openShopWorld(schedule: ShopSchedule, folder: string): Promise<ShopWorld> {
  await using started = new AsyncDisposableStack();
  const recorder = new DeliveryRecorder();
  const disposal = new AbortController();
  const { signal } = disposal;
  const cluster = started.use(
    await startCluster({
      program: shopServer,
      engines: schedule,
      folder,
      env: { BYE_SPREAD_MS: '500', WORKERS: String(schedule.workers) },
    }),
  );
  const ports = cluster.nodes.map(({ port }) => port);
  const writerProxies: FaultProxy[] = [];
  const openProxy = async (route: Parameters<typeof openFaultProxy>[0]): Promise<FaultProxy> => {
    const proxy = await openFaultProxy(route);
    started.defer(() => proxy.close());
    return proxy;
  };
  for (const port of ports) writerProxies.push(await openProxy(() => ({ port })));
  const rest = createRest(ports, signal);
  const writing = createRest(
    writerProxies.map(({ port }) => port),
    signal,
  );
  started.defer(() => rest.close());
  started.defer(() => writing.close());

  const failed = Promise.withResolvers<never>();
  const watch = (pending: Promise<unknown>): void => void pending.catch(failed.reject);
  watch(cluster.failure);
  const problems: string[] = [];
  const onProblem = (problem: string): void => void problems.push(problem);

  const writers: ShopWriter[] = [];
  started.defer(async () => void (await Promise.all(writers.map((writer) => writer.close()))));
  const random = createRandom(schedule.seed);
  for (let index = 0; index < schedule.writers; index += 1) {
    const proxy = await openProxy(() => ({ port: at(ports, cluster.pick()) }));
    writerProxies.push(proxy);
    // Some are readers, too, and are told that their orders are cancelled whichever topics they have joined.
    const user = `user${index}`;
    writers.push(
      new ShopWriter({
        user,
        shops: schedule.shops,
        port: proxy.port,
        rest: writing,
        recorder,
        random: random.fork(),
        signal,
        onProblem,
      }),
    );
  }
  const readers: ShopReaderClient[] = [];
  started.defer(async () => void (await Promise.all(readers.map((reader) => reader.close()))));
  for (const [index, plan] of schedule.readers.entries()) {
    const name = `reader${index}`;
    const proxy = await openProxy(() => {
      const port = at(ports, cluster.pick());
      return { port, ended: reader.recorder?.link() ?? (() => {}) };
    });
    const path = `/shops/${plan.shop}/orders`;
    const reader: ShopReaderClient = new ShopReaderClient({
      name,
      plan,
      proxy,
      record: () => recorder.reader(identityOf(name, plan)),
      loadSnapshot: async () =>
        (await rest.requestUntilAnswered({ method: 'GET', path, token: plan.user })) as OrdersSnapshot | null,
      onProblem,
    });
    readers.push(reader);
  }
  started.defer(() => disposal.abort());
  const stack = started.move();
  /** The pairs whose previous change is unanswered. */
  const changing = new Set<string>();

  return {
    cluster,
    recorder,
    writers,
    readers,
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
    async changeMembership(kind, { user, topic }) {
      const pair = `${user} ${topic}`;
      if (changing.has(pair)) return;
      changing.add(pair);
      const method = kind === 'join' ? 'PUT' : 'DELETE';
      await recorder.changeMembership({ kind, user, topic }, () =>
        rest.requestUntilAnswered({ method, path: `/topics/${topic}`, token: user }),
      );
      changing.delete(pair);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function identityOf(name: string, { user, shop, audience, show = 'orders', cursors }: ShopReader) {
  return {
    name,
    user,
    channel: `orders /shops/${shop}/orders`,
    messages: show.split(',').flatMap((group) => messagesOf[group] ?? []),
    audience,
    isResumable: cursors !== 'none',
  };
}

const messagesOf: Readonly<Record<string, readonly string[]>> = {
  orders: ['orderPlaced', 'orderCancelled'],
  notes: ['noteAdded'],
};
