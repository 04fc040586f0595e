import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, onTestFinished } from 'vitest';
import { type Engine, prepareEngine } from '../../scripts/dev/services/engine.ts';
import { createPostgres, createStandby, postgres, postgresUrl } from '../../scripts/dev/services/postgres.ts';
import { requireService } from './services.ts';
import { querySql, type Row, waitForSql } from './sql.ts';

const skipped = requireService('postgresql', postgres.isInstalled());

const password = 'p@ss w/rd';

/** A private PostgreSQL server, which a test may kill. */
export interface PostgresServer {
  readonly port: number;
  /** Creates an empty database and resolves with its URL, which holds the password. `options` are SQL. */
  createDatabase(options?: string): Promise<string>;
  /** Runs SQL in a database and resolves with the rows of its last statement. */
  query(url: string, sql: string): Promise<readonly Row[]>;
  /** Kills all of its processes at once with SIGKILL. */
  kill(): Promise<void>;
  /** Suspends all of its processes until `thaw`, like a machine that hangs. */
  freeze(): void;
  thaw(): void;
  /** Starts it with the data on disk. */
  start(): Promise<void>;
  /** Starts a hot standby with a copy of its data, which streams its WAL and ends with the test. */
  startStandby(): Promise<StandbyServer>;
}

/**
 * To promote a standby that lacks the newest transactions, kill it before they are made, then kill the primary,
 * and start it.
 */
export interface StandbyServer extends Omit<PostgresServer, 'startStandby'> {
  /** The URL here of a database of the primary. */
  urlOf(primaryUrl: string): string;
  /** Makes it a primary; resolves when it accepts writes. */
  promote(): Promise<void>;
}

/** Tests that share a server, which is started before the first; they are skipped where it is not installed. */
export function describePostgres(
  title: string,
  define: (server: () => PostgresServer) => void,
  settings: Readonly<Record<string, string>> = {},
): void {
  const note = skipped === null ? '' : ` (${skipped})`;
  describe.skipIf(skipped !== null)(`${title}${note}`, () => {
    let server: PostgresServer;
    beforeAll(async () => {
      const all = { ...testSettings, ...settings };
      const spec = createPostgres({ settings: all, initdbOptions, clusters: tmpdir() });
      const engine = await prepareEngine(spec, { password });
      server = serverOf(engine, all);
      await server.start();
      return () => engine.remove();
    });
    define(() => server);
  });
}

/** The kernel keeps what a killed process has written: fsync is for a power failure. */
const testSettings = { shared_buffers: '16MB', fsync: 'off' };

/** A default collation that does not compare by code point, as most databases have. */
const initdbOptions = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US'];

function serverOf(engine: Engine, settings: Readonly<Record<string, string>>): PostgresServer {
  const urlOf = (database: string): string => postgresUrl(engine.config, database);
  return {
    port: engine.config.port,
    async createDatabase(options = '') {
      const database = `test_${randomUUID().replaceAll('-', '')}`;
      await querySql(urlOf('postgres'), `create database ${database} ${options}`);
      return urlOf(database);
    },
    query: querySql,
    kill: () => engine.kill(),
    freeze: () => engine.freeze(),
    thaw: () => engine.thaw(),
    start: () => startPostgres(engine),
    async startStandby() {
      const standby = await prepareEngine(createStandby(engine.url, settings), { password });
      onTestFinished(() => standby.remove());
      await startPostgres(standby);
      return {
        ...serverOf(standby, settings),
        urlOf: (primaryUrl) => Object.assign(new URL(primaryUrl), { port: String(standby.config.port) }).href,
        async promote() {
          await querySql(standby.url, 'select pg_promote()');
        },
      };
    },
  };
}

/** Resolves when it answers SQL. */
async function startPostgres(engine: Engine): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await engine.start();
      break;
    } catch (thrown) {
      // A process that began while its parent was killed keeps the memory of both for a moment.
      const isForNow = String(thrown).includes('pre-existing shared memory block') && attempt < 100;
      if (!isForNow) throw thrown;
      await wait(100);
    }
  }
  await waitForSql(engine.url);
}
