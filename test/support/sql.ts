import { setTimeout as wait } from 'node:timers/promises';
import { Client, type QueryResult } from 'pg';

export type Row = Readonly<Record<string, unknown>>;

/** Runs SQL in a PostgreSQL database, and resolves with the rows of its last statement. */
export async function querySql(url: string, sql: string): Promise<readonly Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    // For several statements, pg returns an array, which its types do not know.
    const results: QueryResult | readonly QueryResult[] = await client.query(sql);
    return [results].flat().at(-1)?.rows ?? [];
  } finally {
    await client.end();
  }
}

const startTimeoutMs = 60_000;

/**
 * Resolves when the server answers: it accepts connections before it has recovered.
 *
 * @throws Error if it does not answer within a minute
 */
export async function waitForSql(url: string): Promise<void> {
  const deadlineMs = performance.now() + startTimeoutMs;
  for (;;) {
    try {
      await querySql(url, 'select');
      return;
    } catch (thrown) {
      if (performance.now() > deadlineMs) throw thrown;
      await wait(50);
    }
  }
}
