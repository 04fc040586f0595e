import { type Kysely, sql } from 'kysely';

/**
 * A node of the first version takes kinds of events that it does not know for something else. It is recognized by the
 * name of its connections. One that starts later waits for the lock of the migrations, and then refuses the schema.
 *
 * @throws Error that says to stop the nodes of the first version that are connected to this database
 */
export async function refuseWhileInUse(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ address: string; connections: number }>`
    select coalesce(host(client_addr), 'a local socket') as address, count(*)::integer as connections
    from pg_stat_activity
    where datname = current_database() and application_name = 'posted' and pid <> pg_backend_pid()
    group by 1 order by 1`.execute(db);
  if (rows.length === 0) return;
  const total = rows.reduce((sum, { connections }) => sum + connections, 0);
  const from = rows.map(({ address, connections }) => `${connections} from ${address}`).join(', ');
  throw new Error(
    `nodes of the first version of Posted use it, with ${total} connections (${from}): stop all of them, then start this version, which migrates the tables`,
  );
}
