import type { PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { DatabaseError, Pool } from 'pg';
import type { Log } from 'posted/server';
import { clientConfig, Sockets } from './client-config.ts';
import { describe, isUnreachable, translate } from './failures.ts';

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
  /** SQL to run on each new connection, after the time limits are set. */
  readonly session?: string;
  /** Whether statements have no time limit. */
  readonly unlimited?: boolean;
  /** Whether to send statements without waiting for the results of earlier ones. */
  readonly pipeline?: boolean;
  readonly observer?: AttemptObserver;
}

/** PostgreSQL cancels a statement after the first; the client gives up on a silent server after the second. */
const statementTimeoutMs = 10_000;
const responseTimeoutMs = 15_000;

/**
 * Keep a transaction from waiting for the head of the log, or holding it, for long. Set after connecting,
 * since poolers reject them as startup parameters.
 */
const limits = `
  set lock_timeout = 5000;
  set idle_in_transaction_session_timeout = 5000;
  set default_transaction_isolation = 'read committed';
`;

/** A bounded number of connections, opened on demand; implements the pool interface of Kysely. */
export class ConnectionPool {
  readonly options = {};
  readonly #sockets = new Sockets();
  readonly #observer: AttemptObserver | undefined;
  readonly #pool: Pool;
  #ended: Promise<void> | undefined;

  constructor({
    url,
    maxConnections,
    session = '',
    unlimited = false,
    pipeline = false,
    observer,
  }: ConnectionPoolOptions) {
    this.#observer = observer;
    const timeout = `set statement_timeout = ${unlimited ? 0 : statementTimeoutMs};`;
    this.#pool = new Pool({
      ...clientConfig(url, this.#sockets, unlimited ? 0 : responseTimeoutMs),
      max: maxConnections,
      idleTimeoutMillis: 60_000,
      pipeline,
      onConnect: async (client) => {
        await client.query(`${limits}${timeout}${session}`);
      },
    });
    // The pool replaces a connection that breaks while idle when the next one is needed.
    this.#pool.on('error', (cause) => observer?.failed(cause));
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  /** @throws PostedError `unavailable`, or Error for a query that is wrong; so do the connection's queries */
  async connect(): Promise<PostgresPoolClient> {
    const client = await this.#attempt(() => this.#pool.connect());
    let isBroken = false;
    const query = <Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>> =>
      this.#attempt(async () => {
        try {
          const { command, rowCount, rows } = await client.query(text, [...values]);
          return { command: command as PostgresQueryResult<Row>['command'], rowCount: rowCount ?? 0, rows };
        } catch (thrown) {
          // Without a response from the server, a late one would be taken for that of the next query.
          isBroken ||= !(thrown instanceof DatabaseError);
          throw thrown;
        }
      });
    return {
      query: query as PostgresPoolClient['query'],
      release: (destroy = false) => client.release(destroy || isBroken),
    };
  }

  end(): Promise<void> {
    this.#ended ??= this.#sockets.closeAfter(this.#pool.end());
    return this.#ended;
  }

  async #attempt<Result>(operation: () => Promise<Result>): Promise<Result> {
    try {
      const result = await operation();
      this.#observer?.succeeded();
      return result;
    } catch (thrown) {
      this.#observer?.failed(thrown);
      throw translate(thrown);
    }
  }
}
