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
import type { BrokerKind, ClusterStep, EngineKind, SharedEngines } from './run-options.ts';
import { type Program, ServerUnderTest } from './server-under-test.ts';

export interface ClusterOptions {
  readonly program: Program;
  readonly engines: SharedEngines;
  /** A folder for the data of the servers. */
  readonly folder: string;
  /** The environment of each server, besides the addresses of the engines and DATA_DIR. */
  readonly env: Readonly<Record<string, string>>;
}

/** The servers of a run and the engines that they share. Disposing of it stops all of them. */
export interface Cluster extends AsyncDisposable {
  /** Not empty. */
  readonly nodes: readonly ServerUnderTest[];
  /** Without an embedded database. */
  readonly engines: Readonly<Partial<Record<EngineKind, EngineUnderTest>>>;
  /** Without an embedded database. */
  readonly database: DatabaseUnderTest | undefined;
  /** The folder of the embedded database of the first server. */
  readonly dataDir: string;
  /** Rejects when a server exits by itself or cannot start; never resolves. */
  readonly failure: Promise<never>;
  /** The errors that the servers logged. */
  readonly errors: readonly string[];
  /** The last lines that each server wrote to standard error. */
  readonly log: string;
  /** The index of a server to connect to, which is up if any server is. */
  pick(): number;
  /** Everything but `bump-epoch`. */
  disrupt(step: Exclude<ClusterStep, { readonly kind: 'bump-epoch' }>): Promise<void>;
  /** Stops all servers gracefully, bumps the epoch, and starts them again. */
  bumpEpoch(): Promise<void>;
}

const brokers: Readonly<Record<Exclude<BrokerKind, 'none'>, EngineSpec>> = { redis, rabbitmq, kafka, nats };

export async function startCluster({
  program,
  engines: planned,
  folder,
  env,
}: ClusterOptions): Promise<Cluster> {
  await using started = new AsyncDisposableStack();
  const engines: Partial<Record<EngineKind, EngineUnderTest>> = {};
  const shared: Record<string, string> = { ...env };
  const database = planned.database === 'postgres' ? await DatabaseUnderTest.start(planned) : undefined;
  started.defer(() => database?.remove());
  Object.assign(engines, database?.engines);
  if (planned.broker !== 'none') {
    const broker = await EngineUnderTest.start(brokers[planned.broker], planned.cuts);
    started.defer(() => broker.remove());
    engines.broker = broker;
    shared.BROKER_URL = broker.engine.url;
  }
  const dataDirOf = (index: number): string => join(folder, `node${index}`);
  const starting = Array.from({ length: planned.nodes }, (_, index) =>
    ServerUnderTest.start(program, {
      ...shared,
      ...database?.settingsOf(index),
      DATA_DIR: dataDirOf(index),
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
    dataDir: dataDirOf(0),
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
    async disrupt(step) {
      switch (step.kind) {
        case 'kill':
          return await at(nodes, step.node).restart('SIGKILL', () => delay(step.pauseMs));
        case 'roll':
          for (const node of nodes) await node.restart('SIGTERM', async () => {});
          return;
        case 'kill-engine':
          return await engines[step.engine]?.kill(step.pauseMs);
        case 'freeze-engine':
          return await engines[step.engine]?.freeze(step.forMs);
        case 'cut-engine':
          return await engines[step.engine]?.cut(step.forMs);
        case 'fail-over':
          return await database?.failOver();
        case 'isolate':
          return await database?.isolate(step.node, step.forMs);
      }
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
