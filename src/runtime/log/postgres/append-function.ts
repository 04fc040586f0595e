import { type Kysely, sql } from 'kysely';
import type { Log } from '../../shared/log.ts';
import { describe, isUnreachable } from './failures.ts';
import { clockMs } from './sql-text.ts';

/** The key of the advisory lock under which one process at a time installs the functions. */
const installLock = 4_869_110;

const parameters =
  'channel text, message text, topic text, payload jsonb, entity text default null, also text[] default null';
const types = 'text, text, text, jsonb, text, text[]';

/**
 * Installs the SQL functions with which other back ends append to the log: `posted_append` beside the tables, and
 * `posted.append`, which calls it. Each start does so, because a role may get the right to only later. A failure is
 * logged, because the log works without them.
 *
 * @param namespace the schema with the tables of the log
 */
export async function installAppendFunctions(
  db: Kysely<unknown>,
  { namespace, log }: { readonly namespace: string; readonly log: Log },
): Promise<void> {
  const schema = `"${namespace.replaceAll('"', '""')}"`;
  for (const install of [installBesideTables, installInOwnSchema]) {
    try {
      await db.transaction().execute(async (transaction) => {
        await sql`select pg_advisory_xact_lock(${sql.lit(installLock)})`.execute(transaction);
        await install(transaction, schema, log);
      });
    } catch (thrown) {
      if (isUnreachable(thrown)) throw thrown;
      log.warn(
        { cause: describe(thrown) },
        'an SQL function with which other programs append to the log was not installed: grant the role `create`, or ignore this if no other program appends',
      );
    }
  }
}

async function installBesideTables(db: Kysely<unknown>, schema: string): Promise<void> {
  await installFunction(db, `${schema}.posted_append`, 'plpgsql', appendBody(schema));
}

/**
 * A schema with the name of a role is what "$user" means in the search path of that role, which would then no longer
 * find its tables: it is not created if there is a role `posted`.
 */
async function installInOwnSchema(db: Kysely<unknown>, schema: string, log: Log): Promise<void> {
  const { rows } = await sql<{ hasSchema: boolean; hasRole: boolean; comment: string | null }>`
    select to_regnamespace('posted') is not null as "hasSchema",
      to_regrole('posted') is not null as "hasRole",
      obj_description(to_regprocedure(${`posted.append(${types})`}), 'pg_proc') as comment`.execute(db);
  const [{ hasSchema, hasRole, comment } = { hasSchema: false, hasRole: true, comment: null }] = rows;
  if (!hasSchema && hasRole) return;
  const ownComment = `Appends an event to the log in the schema ${schema}.`;
  if (comment !== null && comment !== ownComment) {
    log.warn(
      { comment },
      `the SQL function posted.append belongs to the log of another schema and was left as it is: call ${schema}.posted_append`,
    );
    return;
  }
  if (!hasSchema) await sql`create schema posted`.execute(db);
  const body = `select ${schema}.posted_append(channel, message, topic, payload, entity, also)`;
  await installFunction(db, 'posted.append', 'sql', body);
  if (comment === null) {
    await sql`comment on function posted.append(${sql.raw(types)}) is ${sql.lit(ownComment)}`.execute(db);
  }
}

/** Tables are named with their schema in `body`: the search path would be that of the caller. */
async function installFunction(
  db: Kysely<unknown>,
  name: string,
  language: string,
  body: string,
): Promise<void> {
  const { rows } = await sql<{ body: string }>`
    select prosrc as body from pg_proc where oid = to_regprocedure(${`${name}(${types})`})`.execute(db);
  if (rows[0]?.body === body) return;
  await sql`
    create or replace function ${sql.raw(name)}(${sql.raw(parameters)}) returns bigint
    language ${sql.raw(language)} set search_path = pg_catalog, pg_temp as ${sql.lit(body)}`.execute(db);
}

/** The update locks the head until the commit of the caller's transaction, so that seqs are in the order of commits. */
function appendBody(schema: string): string {
  return `
    declare
      appended bigint;
    begin
      if posted_append.channel is null or posted_append.message is null or posted_append.topic is null then
        raise null_value_not_allowed using message = 'an event needs a channel, a message and a topic';
      end if;
      if current_setting('synchronous_commit') = 'off' then
        perform set_config('synchronous_commit', 'on', true);
      end if;
      update ${schema}.posted_head as head set seq = head.seq + 1 where head.k = 1 returning head.seq into appended;
      insert into ${schema}.posted_event
        (seq, mark, kind, channel, message, topic, also, entity, payload, created_at)
      values (
        appended, 1 + floor(random() * 4294967295)::bigint, 'message',
        posted_append.channel, posted_append.message, posted_append.topic,
        case when cardinality(posted_append.also) > 0 then to_json(posted_append.also)::text end,
        posted_append.entity, coalesce(posted_append.payload::text, 'null'),
        ${clockMs}
      );
      perform pg_notify('posted_head', appended::text);
      return appended;
    end`;
}
