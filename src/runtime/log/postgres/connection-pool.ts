import { setTimeout as wait } from 'node:timers/promises';
import { DatabaseError, Pool, type PoolClient } from 'pg';
import type { Log } from '../../shared/log.ts';
import { clientConfig, connectTimeoutMs, Sockets } from './client-config.ts';
import { PreparedStatements } from './connection-statements.ts';
import {
  describe,
  hasTooManyConnections,
  isForeignSession,
  isStalePlan,
  isUnreachable,
  translate,
} from './failures.ts';

/** Receives the outcome of every attempt to use the database. */
export interface AttemptObserver {
  succeeded(): void;
  failed(cause: unknown): void;
}

/** Logs when the database becomes unreachable and when it is reachable again, once each. */
export function createOutageLog(log: Log, database: string): AttemptObserver {
  let isDown = false;
  return {
    succeeded() {
      if (!isDown) return;
      isDown = false;
      log.info({ database }, 'the database is reachable again');
    },
    failed(cause) {
      if (isDown || !isUnreachable(cause)) return;
      isDown = true;
      log.warn({ database, cause: describe(cause) }, 'the database cannot be reached');
    },
  };
}

export interface ConnectionPoolOptions {
  /** A URL with the scheme postgres or postgresql, including the password. */
  readonly url: string;
  readonly maxConnections: number;
  /** After which a statement without a response fails, and its connection is closed; 0 for never. Default: 15,000. */
  readonly responseTimeoutMs?: number;
  /** Whether to send statements without waiting for the results of earlier ones. */
  readonly pipeline?: boolean;
  /** Whether `prepared` prepares statements, where no pooler shares the session. */
  readonly prepare?: boolean;
  readonly observer?: AttemptObserver;
}

export interface QueryOutcome {
  readonly command: string;
  readonly rowCount: number;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

export interface PooledConnection {
  /**
   * Runs a statement that stays unnamed, so that a pooler may give its next transaction to another session. Without
   * `values`, `text` may be several statements.
   *
   * @throws the driver's error, to be passed to `translate`
   */
  readonly query: (text: string, values?: readonly unknown[]) => Promise<QueryOutcome>;
  /** Begins a transaction with this statement. */
  readonly begin: (text: string) => Promise<QueryOutcome>;
  /** Runs a statement that is the same each time, except for its values, and so may be prepared. */
  readonly prepared: (text: string, values: readonly unknown[]) => Promise<QueryOutcome>;
  /** Sends the statements that `queries` starts in one write, since each wakes the database. */
  readonly atOnce: <Result>(queries: () => Result) => Result;
  /** With `destroy`, closes the connection, which ends its transaction. */
  readonly release: (destroy?: boolean) => void;
}

const defaultResponseTimeoutMs = 15_000;

/** How long to wait before another attempt for a connection, which grows with jitter. */
const retryMs = { first: 50, max: 500 };

/**
 * A bounded number of connections, opened on demand. Nothing is ever set on a session, since a pooler in transaction
 * mode shares sessions between clients: every transaction sets what it needs for itself.
 */
export class ConnectionPool {
  readonly #sockets = new Sockets();
  readonly #observer: AttemptObserver | undefined;
  readonly #statements = new PreparedStatements();
  readonly #pool: Pool;
  #ended: Promise<void> | undefined;

  constructor({
    url,
    maxConnections,
    responseTimeoutMs = defaultResponseTimeoutMs,
    pipeline = false,
    prepare = false,
    observer,
  }: ConnectionPoolOptions) {
    this.#observer = observer;
    this.#pool = new Pool({
      ...clientConfig(url, this.#sockets, responseTimeoutMs),
      max: maxConnections,
      idleTimeoutMillis: 60_000,
      pipeline,
      ...(prepare && { onConnect: (client) => this.#statements.inspect(client) }),
    });
    // The pool replaces a connection that breaks while idle when the next one is needed.
    this.#pool.on('error', (cause) => observer?.failed(cause));
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  /** @throws PostedError `unavailable` if no connection becomes free in time, or Error if the configuration is wrong */
  async connect(): Promise<PooledConnection> {
    try {
      return this.#wrap(await this.#acquire());
    } catch (thrown) {
      this.#observer?.failed(thrown);
      throw translate(thrown);
    }
  }

  end(): Promise<void> {
    this.#ended ??= this.#sockets.closeAfter(this.#pool.end());
    return this.#ended;
  }

  /** While the server has too many connections, waits for one of them to end. */
  async #acquire(): Promise<PoolClient> {
    const deadlineMs = performance.now() + connectTimeoutMs;
    for (let waitMs = retryMs.first; ; waitMs = Math.min(waitMs * 2, retryMs.max)) {
      try {
        return await this.#pool.connect();
      } catch (thrown) {
        const leftMs = deadlineMs - performance.now();
        if (!hasTooManyConnections(thrown) || leftMs <= 0) throw thrown;
        await wait(Math.min(waitMs * (0.5 + Math.random()), leftMs));
      }
    }
  }

  #wrap(client: PoolClient): PooledConnection {
    let isBroken = false;
    const run = async (text: string, values: readonly unknown[], name?: string): Promise<QueryOutcome> => {
      try {
        const query = { text, values: [...values], ...(name !== undefined && { name }) };
        const { command, rowCount, rows } = await client.query(query);
        this.#observer?.succeeded();
        return { command, rowCount: rowCount ?? 0, rows };
      } catch (thrown) {
        // Without a response from the server, a late one would be taken for that of the next query.
        isBroken ||= !(thrown instanceof DatabaseError) || isStalePlan(thrown);
        if (thrown instanceof DatabaseError && isForeignSession(thrown)) this.#statements.disable();
        this.#observer?.failed(thrown);
        throw thrown;
      }
    };
    return {
      query: (text, values = []) => run(text, values),
      begin: (text) => run(`${text}${this.#statements.replanSql(client)}`, []),
      prepared: (text, values) => run(text, values, this.#statements.nameOf(client, text, values)),
      atOnce(queries) {
        const { stream } = client.connection;
        stream.cork();
        try {
          return queries();
        } finally {
          stream.uncork();
        }
      },
      release: (destroy = false) => client.release(destroy || isBroken),
    };
  }
}
