import { setTimeout as delay } from 'node:timers/promises';
import { type Engine, prepareEngine } from '../../../scripts/dev/services/engine.ts';
import { createPgBouncer } from '../../../scripts/dev/services/pgbouncer.ts';
import { createPostgres, createStandby, standbyName } from '../../../scripts/dev/services/postgres.ts';
import { querySql, type Row, waitForSql } from '../sql.ts';
import { at } from './at.ts';
import { EngineUnderTest } from './engine-under-test.ts';
import { type FaultProxy, openFaultProxy } from './fault-proxy.ts';
import type { SharedEngines } from './run-options.ts';

type Options = Omit<SharedEngines, 'database' | 'broker'>;

/** How one server reaches the database. */
interface Access {
  readonly settings: Readonly<Record<string, string>>;
  /** Empty unless the server can be isolated. */
  readonly proxies: readonly FaultProxy[];
}

/**
 * The standby is synchronous: a commit is acknowledged, and visible to others, once it is on the disks of both
 * servers. So nothing that clients have seen is lost in a failover.
 */
const replicated = { synchronous_standby_names: standbyName, wal_keep_size: '256MB' };

const replicationTimeoutMs = 60_000;

/** PostgreSQL in a run, optionally with a pooler in front of it and a standby that can take over its address. */
export class DatabaseUnderTest {
  readonly #primary: EngineUnderTest;
  readonly #started = new AsyncDisposableStack();
  readonly #accesses: Access[] = [];
  #pooler: EngineUnderTest | undefined;
  #standby: Engine | undefined;

  private constructor(primary: EngineUnderTest) {
    this.#primary = primary;
    this.#started.defer(() => primary.remove());
  }

  static async start(options: Options): Promise<DatabaseUnderTest> {
    const settings = options.failovers ? replicated : {};
    const database = new DatabaseUnderTest(
      await EngineUnderTest.start(createPostgres({ settings }), options.cuts),
    );
    try {
      if (options.failovers) await database.#addStandby(database.#primary.engine);
      await database.#openAccesses(options);
      return database;
    } catch (thrown) {
      await database.remove();
      throw thrown;
    }
  }

  get engines(): { readonly database: EngineUnderTest; readonly pooler?: EngineUnderTest } {
    return { database: this.#primary, ...(this.#pooler && { pooler: this.#pooler }) };
  }

  /** The settings with which a server connects to the database. */
  settingsOf(node: number): Readonly<Record<string, string>> {
    return at(this.#accesses, node).settings;
  }

  /** Kills the primary with kill -9 once the standby has everything, and lets the standby take over its address. */
  failOver(): Promise<void> {
    return this.#primary.replace(
      async (primary) => {
        const successor = this.#standby;
        if (successor === undefined) throw new Error('the database has no standby');
        // After a restart, the primary shows commits that were waiting for the standby when it was killed.
        await waitForStandby(primary.url);
        await primary.kill();
        await querySql(successor.url, 'select pg_promote()');
        return successor;
      },
      (successor) => this.#addStandby(successor),
    );
  }

  /** Drops every packet between a server and the database. */
  async isolate(node: number, forMs: number): Promise<void> {
    for (const proxy of at(this.#accesses, node).proxies) proxy.cut(forMs);
    await delay(forMs);
  }

  async remove(): Promise<void> {
    await this.#standby?.remove();
    await this.#started.disposeAsync();
  }

  /** Until the standby has the data, no commit is acknowledged. */
  async #addStandby(primary: Engine): Promise<void> {
    const { network } = this.#primary;
    // It accepts connections before it answers them.
    await waitForSql(primary.url);
    this.#standby = await prepareEngine(createStandby(primary.url, replicated), {
      ...(network && { network }),
    });
    await this.#standby.start();
    await waitForSql(this.#standby.url);
    await waitForStandby(primary.url);
  }

  async #openAccesses({ nodes, pooler, failovers, isolations }: Options): Promise<void> {
    const { url } = this.#primary.engine;
    const direct = failovers ? (await this.#openProxy(() => this.#primary.engine.url)).url : url;
    const urls: Record<string, string> = { DATABASE_URL: direct };
    if (pooler) {
      const engine = await EngineUnderTest.start(createPgBouncer({ target: direct }), false);
      this.#started.defer(() => engine.remove());
      this.#pooler = engine;
      Object.assign(urls, { DATABASE_URL: engine.engine.url, DATABASE_DIRECT_URL: direct });
    }
    for (let node = 0; node < nodes; node += 1) {
      const settings = { ...urls };
      const proxies: FaultProxy[] = [];
      for (const [name, target] of isolations ? Object.entries(urls) : []) {
        const { proxy, url: proxied } = await this.#openProxy(() => target);
        proxies.push(proxy);
        settings[name] = proxied;
      }
      this.#accesses.push({ settings, proxies });
    }
  }

  /** Opens a proxy to the server that `target` names at the time of a connection. */
  async #openProxy(target: () => string): Promise<{ readonly proxy: FaultProxy; readonly url: string }> {
    const proxy = await openFaultProxy(() => {
      const { hostname, port } = new URL(target());
      return { host: hostname, port: Number(port) };
    });
    this.#started.defer(() => proxy.close());
    const address = { hostname: '127.0.0.1', port: String(proxy.port) };
    return { proxy, url: Object.assign(new URL(target()), address).href };
  }
}

/** Resolves when the standby has everything that the primary has written so far. */
async function waitForStandby(primaryUrl: string): Promise<void> {
  await waitForSql(primaryUrl);
  const [row] = await querySql(primaryUrl, 'select pg_current_wal_flush_lsn()::text as flushed');
  const deadlineMs = performance.now() + replicationTimeoutMs;
  while (!(await hasFlushed(primaryUrl, row))) {
    if (performance.now() > deadlineMs) throw new Error('the standby does not catch up with its primary');
    await delay(50);
  }
}

async function hasFlushed(primaryUrl: string, row: Row | undefined): Promise<boolean> {
  const sql = `select from pg_stat_replication
    where sync_state = 'sync' and flush_lsn >= '${String(row?.flushed)}'::pg_lsn`;
  return (await querySql(primaryUrl, sql)).length > 0;
}
