import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { querySql, type Row } from '../sql.ts';
import type { Cluster } from './cluster.ts';
import { contentOf } from './content-of.ts';
import type { OpenApp } from './delivery-app.ts';
import type { LoggedEvent } from './delivery-history.ts';
import { within } from './within.ts';

const columns = 'seq, kind, channel, message, topic, also, member, entity, payload, revises';

/** Copies each event as it is appended, so that what is redacted, replaced and deleted later is known at the end. */
export async function copyEvents(cluster: Cluster): Promise<void> {
  await run(
    cluster,
    `begin immediate;
    create table event_copy as select ${columns} from posted_event;
    create index event_copy_seq on event_copy (seq);
    create trigger copy_event after insert on posted_event begin
      insert into event_copy (${columns}) values (${columns.replaceAll(/\w+/g, 'new.$&')});
    end;
    commit`,
    `begin;
    lock table posted_event in share row exclusive mode;
    create table event_copy as select ${columns} from posted_event;
    create index event_copy_seq on event_copy (seq);
    create function copy_events() returns trigger language plpgsql as $$ begin
      insert into event_copy (${columns}) select ${columns} from appended;
      return null;
    end $$;
    create trigger copy_events after insert on posted_event referencing new table as appended
      for each statement execute function copy_events();
    commit`,
  );
}

/** Reads the copies above `afterSeq`, while servers may be appending. */
export async function readLoggedEvents(
  cluster: Cluster,
  afterSeq: number,
  identify: OpenApp<never>['identify'],
): Promise<readonly LoggedEvent[]> {
  const sql = `select ${columns} from event_copy where seq > ${afterSeq} order by seq`;
  const rows = await run(cluster, sql, sql);
  return rows.map((row) => toLoggedEvent(row, identify));
}

const queryTimeoutMs = 20_000;
/** A database that was killed or cut off before may take some time. */
const maxAttempts = 4;

async function run(cluster: Cluster, sqlite: string, postgres: string): Promise<readonly Row[]> {
  const database = cluster.engines.database;
  if (database === undefined) return runEmbedded(cluster.dataDir, sqlite);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = querySql(database.engine.url, postgres);
      return await within(queryTimeoutMs, 'the database to answer the checker', answer);
    } catch (thrown) {
      if (attempt === maxAttempts) throw thrown;
      await delay(1000);
    }
  }
}

function runEmbedded(folder: string, sql: string): readonly Row[] {
  const isRead = sql.startsWith('select');
  using database = new DatabaseSync(join(folder, 'posted.sqlite'), { readOnly: isRead, timeout: 20_000 });
  if (isRead) return database.prepare(sql).all();
  database.exec(sql);
  return [];
}

function toLoggedEvent(row: Row, identify: OpenApp<never>['identify']): LoggedEvent {
  const { kind, channel, message, topic, also, member, entity, payload, revises } = row as Readonly<
    Record<string, string | null>
  >;
  const seq = Number(row.seq);
  if (kind === 'join' || kind === 'leave') return { kind, seq, user: member ?? '', topic: topic ?? '' };
  if (kind !== 'message' && kind !== 'redact' && kind !== 'revise') {
    throw new Error(`event ${seq} has the kind ${kind}`);
  }
  if (message == null) return { kind: 'redact', seq, entity: entity ?? '' };
  const content = JSON.parse(payload ?? '');
  return {
    kind: 'message',
    seq,
    channel: channel ?? '',
    message,
    topic: topic ?? '',
    also: also == null ? [] : JSON.parse(also),
    id: identify(message, content, channel ?? ''),
    content: contentOf(content),
    entity: entity ?? null,
    redacts: kind === 'redact',
    revises: revises ?? null,
  };
}
