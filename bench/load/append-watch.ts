import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** What the connections of the servers were doing: the mean number of them in each state. */
export interface AppendStates {
  /** Waiting for a lock of another transaction, which is the head row's while nodes only create posts. */
  readonly lock: number;
  /** Waiting for the log of the database to reach the disk. */
  readonly flush: number;
  /** In a transaction, waiting for the server's next statement. */
  readonly server: number;
  /** Anything else, on a core or waiting for one. */
  readonly running: number;
}

export interface Appends {
  readonly states: AppendStates;
  /** The number of transactions that wrote, without those that only notify the nodes. */
  readonly transactions: number;
}

/** Rows of pg_stat_activity, grouped. */
export interface Activity {
  readonly state: string | null;
  readonly waitType: string | null;
  readonly wait: string | null;
  readonly connections: number;
}

const periodMs = 20;

/** The state of one connection that is not idle. */
export function stateOf({ state, waitType, wait }: Activity): keyof AppendStates {
  if (state?.startsWith('idle in transaction')) return 'server';
  if (waitType === 'Lock') return 'lock';
  return /^Wal|^WAL/.test(wait ?? '') ? 'flush' : 'running';
}

/** Samples a database that only our servers use. */
export class AppendWatch {
  readonly #client: Client;
  #notifications = 0;

  private constructor(client: Client) {
    this.#client = client;
    client.on('notification', () => {
      this.#notifications += 1;
    });
  }

  static async open(url: string): Promise<AppendWatch> {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query('listen posted_head');
    return new AppendWatch(client);
  }

  /** Starts sampling 50 times a second; the returned function ends it. */
  async watch(): Promise<() => Promise<Appends>> {
    const before = await this.#appends();
    const sums = { lock: 0, flush: 0, server: 0, running: 0 };
    const ended = new AbortController();
    const sampling = this.#sample(sums, ended.signal);
    // Handled when it ends.
    sampling.catch(() => {});
    return async () => {
      ended.abort();
      const samples = await sampling;
      const transactions = (await this.#appends()) - before;
      const { lock, flush, server, running } = sums;
      const states = {
        lock: lock / samples,
        flush: flush / samples,
        server: server / samples,
        running: running / samples,
      };
      return { states, transactions };
    };
  }

  /** The faults of a log that holds only posts: `answered` of them, without a gap. */
  async faults(answered: number): Promise<readonly string[]> {
    const { rows } = await this.#client.query<{ readonly posts: number; readonly span: number }>(
      'select count(*)::int as posts, coalesce(max(seq) - min(seq) + 1, 0)::int as span from post',
    );
    const { posts, span } = rows[0] ?? { posts: 0, span: 0 };
    return [
      ...(posts === answered ? [] : [`${answered} posts were answered and ${posts} are stored`]),
      ...(span === posts ? [] : [`the log has a gap: ${posts} posts over ${span} numbers`]),
    ];
  }

  async end(): Promise<void> {
    await this.#client.end();
  }

  /** Adds to `sums` until the signal. Resolves with the number of samples. */
  async #sample(sums: Record<keyof AppendStates, number>, ended: AbortSignal): Promise<number> {
    let samples = 0;
    while (!ended.aborted) {
      const { rows } = await this.#client.query<Activity>(activity);
      for (const row of rows) sums[stateOf(row)] += row.connections;
      samples += 1;
      await sleep(periodMs);
    }
    return samples;
  }

  /** Only transactions that write or notify have an id. Notifications arrive before the answer to a later query. */
  async #appends(): Promise<number> {
    const { rows } = await this.#client.query<{ readonly id: string }>(
      'select pg_snapshot_xmax(pg_current_snapshot())::text as id',
    );
    return Number(rows[0]?.id) - this.#notifications;
  }
}

const activity = `select state, wait_event_type as "waitType", wait_event as wait, count(*)::int as connections
  from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'
  group by 1, 2, 3`;
