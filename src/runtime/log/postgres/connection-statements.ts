import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';

/**
 * After which PostgreSQL plans prepared statements anew. It also does so once a table was analyzed, which may be too late
 * for a new table that grows fast.
 */
const planMs = 1000;

/** Statements with more values are lists, which have too many forms. */
const maxValues = 8;

/** What `processID` is in a client of `pg`. */
interface ProcessOwner {
  readonly processID: number | null;
}

/**
 * Names the statements of sessions that no other client shares, so that PostgreSQL parses and plans each only once: for a
 * batch of few rows, that takes longer than to run it.
 */
export class PreparedStatements {
  readonly #names = new Map<string, string>();
  /** When the statements of the session were last planned. */
  #plannedMs = new WeakMap<ClientBase, number>();
  #isDisabled = false;

  /** Finds out whether the client has a session of its own: a pooler gives it another process id than PostgreSQL does. */
  async inspect(client: ClientBase): Promise<void> {
    const { rows } = await client.query<{ readonly pid: number }>('select pg_backend_pid() as pid');
    const { processID } = client as unknown as ProcessOwner;
    if (rows[0]?.pid === processID && !this.#isDisabled) this.#plannedMs.set(client, performance.now());
  }

  /** Undefined for a statement that stays unnamed. */
  nameOf(client: ClientBase, text: string, values: readonly unknown[]): string | undefined {
    if (values.length > maxValues || !this.#plannedMs.has(client)) return undefined;
    let name = this.#names.get(text);
    if (name === undefined) {
      // In no session may the name mean another statement.
      name = `posted_${createHash('sha256').update(text).digest('base64url')}`;
      this.#names.set(text, name);
    }
    return name;
  }

  /** A session has turned out to be shared after all: names no more statements. */
  disable(): void {
    this.#isDisabled = true;
    this.#plannedMs = new WeakMap();
  }

  /** SQL that makes PostgreSQL plan the statements of the session anew, if it is time. */
  replanSql(client: ClientBase): string {
    const plannedMs = this.#plannedMs.get(client);
    const nowMs = performance.now();
    if (plannedMs === undefined || nowMs - plannedMs < planMs) return '';
    this.#plannedMs.set(client, nowMs);
    return '; discard plans';
  }
}
