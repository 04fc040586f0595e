import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Log } from '../../shared/log.ts';

/**
 * Begins a new epoch if the tables were restored from a dump, whose history lacks what came after it: then their
 * object ids are not those of the tables that were dumped. Nodes that start together begin one.
 */
export async function checkHome(db: Kysely<unknown>, log: Log): Promise<void> {
  await sql`update posted_meta set home = 'posted_meta'::regclass::oid::text where home is null`.execute(db);
  const { numAffectedRows = 0n } = await sql`
    update posted_meta set home = 'posted_meta'::regclass::oid::text, epoch = ${randomUUID()}
    where home <> 'posted_meta'::regclass::oid::text`.execute(db);
  if (numAffectedRows === 0n) return;
  log.error(
    {},
    'the log was restored from a dump: it begins a new epoch, so that all clients load their state again and continue from now on',
  );
}
