import { mkdir } from 'node:fs/promises';
import { checking } from '../shared/checking.ts';
import type { Contract } from '../shared/descriptor.ts';
import type { Log } from '../shared/log.ts';
import { createStderrLog } from '../shared/stderr-log.ts';
import { createEventLog } from './create-event-log.ts';
import { embeddedFile } from './embedded-file.ts';
import type { LogEngine } from './engine.ts';
import type { LogEvent } from './event.ts';
import type { EventLog } from './event-log.ts';
import type { BrokerObserver, BrokerState } from './hints/broker.ts';
import { connectNodes, type Nodes } from './hints/connect-nodes.ts';
import { createSharedLimits } from './hints/create-broker.ts';
import type { SharedLimits } from './hints/shared-limits.ts';
import { createKeyBounds } from './key-bounds.ts';
import { loadPackage } from './load-package.ts';
import type { Migrations } from './migrations/run-migrations.ts';
import { openSharedLog, type SharedLog, type SharedLogPort } from './open-shared-log.ts';
import { keepRetention } from './retention.ts';
import { retryWhileUnavailable } from './retry-while-unavailable.ts';
import type { OtherProcesses } from './sqlite/remote-writer.ts';
import { Tail } from './tail.ts';

export interface OpenLogOptions {
  readonly database: DatabaseLocation;
  /** Of the application's own tables. Default: none. */
  readonly migrations?: Migrations;
  /**
   * A broker that connects the nodes of a database: see `createBroker`. Without it, they notify each other through the
   * database. Redis also counts the limits of `serve` for all of them.
   */
  readonly brokerUrl?: string | undefined;
  /** How long events are kept. Default: what `contract` says, or 7 days. */
  readonly retentionMs?: number;
  /**
   * How many devices a user may have. A new one replaces the least recently used one, which starts like a new device when
   * it comes back. 0, the default, means no limit.
   */
  readonly maxDevicesPerUser?: number;
  /**
   * How many idempotency keys of a user are kept, not counting those of the log's own writes. The oldest ones are removed,
   * and a retry with one of them writes again. A tenth more may be there for a while. 0, the default, means no limit.
   */
  readonly maxKeysPerUser?: number;
  /**
   * The same for the keys of `appendOnce` and of POST /publish, which are also removed some time after their events. 0
   * means no limit. Default: 100,000.
   */
  readonly maxKeysPerPublisher?: number;
  /** Whose durable messages the log keeps. */
  readonly contract?: Contract;
  /** Default: warnings and errors go to standard error. */
  readonly log?: Log;
  readonly brokerObserver?: BrokerObserver;
  /** After how long without a successful read the log counts as down. Default: 15,000. */
  readonly staleAfterMs?: number | undefined;
  /** After how long without a successful read the listener is to move the clients elsewhere. Default: 120,000. */
  readonly giveUpMs?: number | undefined;
  /** Called once, with the cause, if an embedded database fails for good: stop the process. */
  readonly onFailure?: (cause: Error) => void;
  /** The names of the settings behind these options, which errors and the log mention. */
  readonly settingNames?: Partial<LogSettingNames>;
}

export type DatabaseLocation =
  | {
      /** Of a PostgreSQL database, which several nodes may share: `postgres://user:password@host:port/database`. */
      readonly url: string;
      /** The same database past a pooler that shares sessions, for LISTEN. Default: `url`. */
      readonly directUrl?: string | undefined;
    }
  | {
      /** Of an embedded database, which one process can open. A folder that does not exist is created. */
      readonly folder: string;
      /** To the process that has opened it with `openSharedLog`. Default: this process opens it. */
      readonly sharedLog?: SharedLogPort | undefined;
    };

export interface LogSettingNames {
  readonly databaseUrl: string;
  readonly databaseDirectUrl: string;
  readonly folder: string;
  readonly brokerUrl: string;
}

/** Disposing of it closes it. */
export interface OpenLog extends EventLog, AsyncDisposable {
  /** Follows the log: `tail.follow` begins to apply its events. */
  readonly tail: Tail;
  readonly engine: LogEngine;
  /** Null without a broker. */
  readonly broker: BrokerState | null;
  /** Whether other servers may serve the same log. */
  readonly isShared: boolean;
  /** How long events are kept. */
  readonly retentionMs: number;
  /** 0 means no limit. */
  readonly maxDevicesPerUser: number;
  /** Counts limits for all nodes, if the broker can; `start` connects it. Null for any other broker, or none. */
  readonly sharedLimits: SharedLimits | null;
  /** Opens the same embedded database for the workers of this process, once this log is closed; null for any other. */
  readonly share: (() => Promise<SharedLog>) | null;
  /** For /readyz: whether the database can be written, the log is followed, and the broker is up. */
  readonly dependencies: Readonly<Record<string, LogDependency>>;
  /** Completes pending writes, and releases connections, files and threads. */
  close(): Promise<void>;
}

/** A condition for a server to be ready. */
export interface LogDependency {
  isUp(): boolean | Promise<boolean>;
  readonly isOptional?: boolean;
}

const defaultNames: LogSettingNames = {
  databaseUrl: 'database.url',
  databaseDirectUrl: 'database.directUrl',
  folder: 'database.folder',
  brokerUrl: 'brokerUrl',
};

const ignoredBroker: BrokerObserver = {
  brokerChanged() {},
  hintPublished() {},
  hintReceived() {},
  hintDropped() {},
};

/**
 * Opens a log: migrates its database, and connects to the other nodes. Waits for a database that becomes unavailable.
 *
 * @throws Error that names the option to check, and says what is wrong
 */
export async function openLog(options: OpenLogOptions): Promise<OpenLog> {
  const { database, contract, staleAfterMs, giveUpMs, brokerUrl, log = createStderrLog() } = options;
  const { retentionMs = retentionOf(contract), maxDevicesPerUser = 0, maxKeysPerUser = 0 } = options;
  const { maxKeysPerPublisher = defaultMaxKeysPerPublisher } = options;
  const names = { ...defaultNames, ...options.settingNames };
  const listenUrl = 'url' in database ? (database.directUrl ?? database.url) : undefined;
  const databaseName = listenUrl === undefined ? names.folder : names.databaseUrl;
  // Released in reverse order. A step that fails does not skip the others.
  await using opened = new AsyncDisposableStack();

  const { engine, others } = await checking(databaseName, () => openEngine({ ...options, log }));
  opened.defer(() => engine.close());
  const startTail = () =>
    Tail.start({
      engine,
      log,
      isSoleWriter: listenUrl === undefined && others === null,
      staleAfterMs,
      giveUpMs,
    });
  // An embedded database that has failed does not recover.
  const tail = await checking(databaseName, () =>
    listenUrl === undefined ? startTail() : retryWhileUnavailable(startTail, log),
  );
  opened.defer(() => tail.close());
  opened.defer(keepRetention(engine, retentionMs, log));
  const nodes = await checking(names.brokerUrl, () =>
    connectNodes({
      listenUrl,
      advice: `set ${names.databaseDirectUrl} to the URL of the database itself`,
      brokerUrl,
      others,
      tail,
      log,
      observer: options.brokerObserver ?? ignoredBroker,
    }),
  );
  opened.defer(() => nodes.close());
  const sharedLimits = brokerUrl === undefined ? null : createSharedLimits(brokerUrl, { log });
  opened.defer(() => sharedLimits?.close());

  const resources = opened.move();
  const appended = (event: LogEvent): void => {
    tail.offer(event);
    nodes.publish(event);
  };
  return {
    ...createEventLog(
      engine,
      appended,
      createKeyBounds({ engine, maxKeysPerUser, maxKeysPerPublisher, log }),
    ),
    tail,
    engine,
    get broker() {
      return nodes.broker;
    },
    dependencies: dependenciesOf(engine, tail, nodes),
    isShared: listenUrl !== undefined || others !== null,
    retentionMs,
    maxDevicesPerUser,
    sharedLimits,
    share: 'folder' in database && others === null ? () => openSharedLog({ ...options, ...database }) : null,
    close: () => resources.disposeAsync(),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const defaultMaxKeysPerPublisher = 100_000;
const defaultRetentionMs = 7 * 24 * 3_600_000;

/** All channels of a contract that say how long messages are kept say the same. */
function retentionOf(contract: Contract | undefined): number {
  const stated = Object.values(contract?.channels ?? {}).map(({ delivery }) => delivery?.retentionMs);
  return stated.find((ms) => ms !== undefined) ?? defaultRetentionMs;
}

async function openEngine({
  database,
  migrations = () => ({}),
  log,
  onFailure = () => {},
}: OpenLogOptions & { readonly log: Log }): Promise<{
  readonly engine: LogEngine;
  readonly others: OtherProcesses | null;
}> {
  if ('folder' in database) {
    const { joinSqliteEngine, openSqliteEngine } = await import('./sqlite/sqlite-engine.ts');
    const options = { path: embeddedFile(database.folder), log, onFailure };
    if (database.sharedLog !== undefined) return await joinSqliteEngine(database.sharedLog, options);
    await mkdir(database.folder, { recursive: true, mode: 0o700 });
    return { engine: await openSqliteEngine({ ...options, migrations }), others: null };
  }
  const { openPostgresEngine } = await loadPackage({
    packageName: 'pg',
    load: () => import('./postgres/postgres-engine.ts'),
  });
  return { engine: await openPostgresEngine({ url: database.url, migrations, log }), others: null };
}

function dependenciesOf(
  engine: LogEngine,
  tail: Tail,
  nodes: Nodes,
): Readonly<Record<string, LogDependency>> {
  const required = {
    store: { isUp: () => engine.ping().then(() => true) },
    log: { isUp: () => !tail.freshness.isStale && tail.stopped === null },
  };
  if (nodes.broker === null) return required;
  // A node without its broker still polls the log.
  return { ...required, broker: { isUp: () => nodes.broker === 'up', isOptional: true } };
}
