import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineSpec } from '../../../scripts/dev/services/engine-spec.ts';
import { kafka } from '../../../scripts/dev/services/kafka.ts';
import { nats } from '../../../scripts/dev/services/nats.ts';
import { rabbitmq } from '../../../scripts/dev/services/rabbitmq.ts';
import { redis } from '../../../scripts/dev/services/redis.ts';
import { at } from './at.ts';
import { DatabaseUnderTest } from './database-under-test.ts';
import { EngineUnderTest } from './engine-under-test.ts';
import type { BrokerKind, EngineKind, Schedule } from './schedule.ts';
import { ServerUnderTest } from './server-under-test.ts';

export interface ClusterOptions {
  readonly schedule: Schedule;
  /** A folder for the data of the servers. */
  readonly folder: string;
  readonly secret: string;
}

/** The servers of a run and the engines that they share. Disposing of it stops all of them. */
export interface Cluster extends AsyncDisposable {
  /** Not empty. */
  readonly nodes: readonly ServerUnderTest[];
  /** Without an embedded database. */
  readonly engines: Readonly<Partial<Record<EngineKind, EngineUnderTest>>>;
  /** Without an embedded database. */
  readonly database: DatabaseUnderTest | undefined;
  /** Rejects when a server exits by itself or cannot start; never resolves. */
  readonly failure: Promise<never>;
  /** The errors that the servers logged. */
  readonly errors: readonly string[];
  /** The last lines that each server wrote to standard error. */
  readonly log: string;
  /** The index of a server to connect to, which is up if any server is. */
  pick(): number;
  kill(node: number, pauseMs: number): Promise<void>;
  /** Restarts the servers gracefully, one after another. */
  roll(): Promise<void>;
  /** Stops all servers gracefully, bumps the epoch, and starts them again. */
  bumpEpoch(): Promise<void>;
}

const brokers: Readonly<Record<Exclude<BrokerKind, 'none'>, EngineSpec>> = { redis, rabbitmq, kafka, nats };

export async function startCluster({ schedule, folder, secret }: ClusterOptions): Promise<Cluster> {
  await using started = new AsyncDisposableStack();
  const engines: Partial<Record<EngineKind, EngineUnderTest>> = {};
  const shared: Record<string, string> = {
    JWT_SECRET: secret,
    RETENTION_SECONDS: String(schedule.retentionSeconds),
    BYE_SPREAD_MS: '500',
    WORKERS: String(schedule.workers),
  };
  const database = schedule.database === 'postgres' ? await DatabaseUnderTest.start(schedule) : undefined;
  started.defer(() => database?.remove());
  Object.assign(engines, database?.engines);
  if (schedule.broker !== 'none') {
    const broker = await EngineUnderTest.start(brokers[schedule.broker], schedule.cuts);
    started.defer(() => broker.remove());
    engines.broker = broker;
    shared.BROKER_URL = broker.engine.url;
  }
  const starting = Array.from({ length: schedule.nodes }, (_, index) =>
    ServerUnderTest.start({
      ...shared,
      ...database?.settingsOf(index),
      DATA_DIR: join(folder, `node${index}`),
    }),
  );
  for (const each of starting) {
    started.defer(() =>
      each.then(
        async (node) => void (await node.end()),
        () => {}, // reported below
      ),
    );
  }
  const nodes = await Promise.all(starting);
  const failed = Promise.race(nodes.map(({ failure }) => failure));
  failed.catch(() => {});
  const stack = started.move();

  const runWithoutDatabaseFaults = (operation: () => Promise<void>): Promise<void> =>
    engines.database === undefined ? operation() : engines.database.exclusively(operation);

  return {
    nodes,
    engines,
    database,
    failure: failed,
    get errors() {
      return nodes.flatMap(({ errors }) => errors);
    },
    get log() {
      return nodes.map(({ log }) => log).join('');
    },
    pick() {
      const up = nodes.flatMap(({ isUp }, index) => (isUp ? [index] : []));
      return up[Math.floor(Math.random() * up.length)] ?? 0;
    },
    kill: (node, pauseMs) => at(nodes, node).restart('SIGKILL', () => delay(pauseMs)),
    async roll() {
      for (const node of nodes) await node.restart('SIGTERM', async () => {});
    },
    async bumpEpoch() {
      const allDown = Promise.withResolvers<void>();
      const bumped = allDown.promise.then(() => runWithoutDatabaseFaults(() => at(nodes, 0).bumpEpoch()));
      let running = nodes.length;
      const whileDown = async (): Promise<void> => {
        running -= 1;
        if (running === 0) allDown.resolve();
        await bumped;
      };
      await Promise.all(nodes.map((node) => node.restart('SIGTERM', whileDown)));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
