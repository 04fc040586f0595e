import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { type PopulationOptions, populationRows, type TableRows } from './population.ts';
import type { BenchStore } from './store.ts';

/** The file name of the embedded store. */
const databaseFile = 'posted.sqlite';

/** Rows per statement. */
const batch = 10_000;

/** Fills a store that has empty tables and that no server uses. */
export async function seedPopulation(
  { settings: { DATA_DIR, DATABASE_URL } }: Pick<BenchStore, 'settings'>,
  options: PopulationOptions,
): Promise<void> {
  const tables = populationRows(options, Date.now());
  if (DATABASE_URL === undefined) fillSqlite(join(DATA_DIR, databaseFile), tables, options);
  else await fillPostgres(DATABASE_URL, tables, options);
}

function fillSqlite(path: string, tables: readonly TableRows[], { posts }: PopulationOptions): void {
  const database = new DatabaseSync(path);
  try {
    database.exec('begin');
    for (const { table, columns } of tables) {
      const names = Object.keys(columns);
      const values = Object.values(columns);
      const insert = database.prepare(
        `insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
      );
      for (let row = 0; row < countOf(values); row += 1) {
        insert.run(...values.map((column) => column[row] ?? null));
      }
    }
    database.prepare('update head set seq = ?').run(posts);
    database.exec('commit');
  } finally {
    database.close();
  }
}

async function fillPostgres(
  url: string,
  tables: readonly TableRows[],
  { posts }: PopulationOptions,
): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    for (const { table, columns } of tables) {
      const names = Object.keys(columns);
      const values = Object.values(columns);
      const arrays = values.map(
        ([first], index) => `$${index + 1}::${typeof first === 'number' ? 'bigint' : 'text'}[]`,
      );
      const insert = `insert into ${table} (${names.join(', ')}) select * from unnest(${arrays.join(', ')})`;
      for (let start = 0; start < countOf(values); start += batch) {
        await client.query(
          insert,
          values.map((column) => column.slice(start, start + batch)),
        );
      }
    }
    await client.query('update head set seq = $1', [posts]);
    await client.query('commit');
    // As autovacuum does some time after so many rows.
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

function countOf(values: readonly { readonly length: number }[]): number {
  return values[0]?.length ?? 0;
}
