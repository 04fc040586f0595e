import { type Kysely, sql } from 'kysely';
import type { Log } from '../../shared/log.ts';
import { describe, isUnreachable } from './failures.ts';

const signature = 'posted.append(text, text, text, jsonb, text, text[])';

/** The key of the advisory lock under which one process at a time installs the function. */
const installLock = 4_869_110;

/**
 * Installs `posted.append`, with which other back ends append to the log from SQL, unless it is there already. Each
 * start does so, because a role may get the right to only later. A failure is logged, because the log works without it.
 *
 * @param namespace the schema with the tables of the log
 */
export async function installAppendFunction(
  db: Kysely<unknown>,
  { namespace, log }: { readonly namespace: string; readonly log: Log },
): Promise<void> {
  try {
    await db.transaction().execute((transaction) => install(transaction, namespace, log));
  } catch (thrown) {
    if (isUnreachable(thrown)) throw thrown;
    log.warn(
      { cause: describe(thrown) },
      'the SQL function posted.append was not installed: grant the role `create` on the database, or create the schema posted for it, if other programs append from SQL',
    );
  }
}

interface Installed {
  readonly comment: string | null;
  readonly body: string | null;
}

async function install(db: Kysely<unknown>, namespace: string, log: Log): Promise<void> {
  const comment = `Appends an event to the log in the schema ${namespace}.`;
  const body = functionBody(namespace);
  await sql`select pg_advisory_xact_lock(${sql.lit(installLock)})`.execute(db);
  const { rows } = await sql<Installed>`
    select obj_description(oid, 'pg_proc') as comment, prosrc as body
    from pg_proc where oid = to_regprocedure(${signature})`.execute(db);
  const [installed] = rows;
  if (installed !== undefined && installed.comment !== comment) {
    log.warn(
      { comment: installed.comment },
      'the SQL function posted.append belongs to the log of another schema and was left as it is: other programs cannot append to this log from SQL',
    );
    return;
  }
  if (installed?.body === body) return;
  await sql`create schema if not exists posted`.execute(db);
  // Tables are named with their schema: a search path would be that of the caller, or its "$user".
  await sql`
    create or replace function posted.append(
      channel text, message text, topic text, payload jsonb,
      entity text default null, also text[] default null
    ) returns bigint language plpgsql set search_path = pg_catalog, pg_temp as ${sql.lit(body)}`.execute(db);
  await sql`comment on function ${sql.raw(signature)} is ${sql.lit(comment)}`.execute(db);
}

/** The update locks the head until the commit of the caller's transaction, so that seqs are in the order of commits. */
function functionBody(namespace: string): string {
  const schema = `"${namespace.replaceAll('"', '""')}"`;
  return `
    declare
      appended bigint;
    begin
      if append.channel is null or append.message is null or append.topic is null then
        raise null_value_not_allowed using message = 'posted.append needs a channel, a message and a topic';
      end if;
      if current_setting('synchronous_commit') = 'off' then
        perform set_config('synchronous_commit', 'on', true);
      end if;
      update ${schema}.posted_head as head set seq = head.seq + 1 where head.k = 1 returning head.seq into appended;
      insert into ${schema}.posted_event
        (seq, mark, kind, channel, message, topic, also, entity, payload, created_at)
      values (
        appended, 1 + floor(random() * 4294967295)::bigint, 'message', append.channel, append.message, append.topic,
        case when cardinality(append.also) > 0 then to_json(append.also)::text end,
        append.entity, coalesce(append.payload::text, 'null'),
        (extract(epoch from clock_timestamp()) * 1000)::bigint
      );
      perform pg_notify('posted_head', appended::text);
      return appended;
    end`;
}
