import type { PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { DatabaseError, Pool } from 'pg';
import { clientConfig, Sockets } from './client-config.ts';
import { translate } from './failures.ts';

/** Told how every attempt to use the database ends. */
export interface Reach {
  succeeded(): void;
  failed(cause: unknown): void;
}

export interface DatabaseOptions {
  /** Of the scheme postgres or postgresql, with the password in it. */
  readonly url: string;
  readonly maxConnections: number;
  /** SQL for each new connection, after that for the limits that all of them have. */
  readonly session?: string;
  /** Whether statements may take as long as they need. */
  readonly isPatient?: boolean;
  /** Whether statements are sent without waiting for the answers to those before them. */
  readonly pipeline?: boolean;
  readonly reach?: Reach;
}

/** PostgreSQL gives up a statement after the first, and this side a silent PostgreSQL after the second. */
const statementTimeoutMs = 10_000;
const answerTimeoutMs = 15_000;

/**
 * So that nobody waits for the head of the log, or holds it, for long. They are set on a connection that
 * is made: poolers refuse them where it begins.
 */
const limits = `
  set lock_timeout = 5000;
  set idle_in_transaction_session_timeout = 5000;
  set default_transaction_isolation = 'read committed';
`;

/** A bounded number of connections that are made when they are needed: the pool that Kysely wants. */
export class Database {
  readonly options = {};
  readonly #sockets = new Sockets();
  readonly #reach: Reach | undefined;
  readonly #pool: Pool;

  #ended: Promise<void> | undefined;

  constructor({
    url,
    maxConnections,
    session = '',
    isPatient = false,
    pipeline = false,
    reach,
  }: DatabaseOptions) {
    this.#reach = reach;
    const timeout = `set statement_timeout = ${isPatient ? 0 : statementTimeoutMs};`;
    this.#pool = new Pool({
      ...clientConfig(url, this.#sockets, isPatient ? 0 : answerTimeoutMs),
      max: maxConnections,
      idleTimeoutMillis: 60_000,
      pipeline,
      onConnect: async (client) => {
        await client.query(`${limits}${timeout}${session}`);
      },
    });
    // A connection that breaks while nobody uses it is missed by nobody: the next that is needed is made.
    this.#pool.on('error', (cause) => reach?.failed(cause));
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  /** @throws as the queries of what it resolves with: PostedError `unavailable`, Error for what is wrong with them */
  async connect(): Promise<PostgresPoolClient> {
    const client = await this.#attempt(() => this.#pool.connect());
    let isBroken = false;
    const query = <Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>> =>
      this.#attempt(async () => {
        try {
          const { command, rowCount, rows } = await client.query(text, [...values]);
          return { command: command as PostgresQueryResult<Row>['command'], rowCount: rowCount ?? 0, rows };
        } catch (thrown) {
          // Where the server did not answer, a late answer would be taken for that to the next question.
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
      this.#reach?.succeeded();
      return result;
    } catch (thrown) {
      this.#reach?.failed(thrown);
      throw translate(thrown);
    }
  }
}
