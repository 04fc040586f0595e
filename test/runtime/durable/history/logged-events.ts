import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Cluster } from '../../../support/history/cluster.ts';
import type { LoggedEvent } from '../../../support/history/delivery-history.ts';
import { querySql, type Row } from '../../../support/sql.ts';
import { contentOf, identify } from './identify.ts';

/** Reads the events of the log above `afterSeq` from the database, while servers may be using it. */
export async function readLoggedEvents(cluster: Cluster, afterSeq: number): Promise<readonly LoggedEvent[]> {
  const sql = `
    select seq, kind, channel, message, topic, also, member, payload from posted_event
    where seq > ${afterSeq} order by seq`;
  const database = cluster.engines.database;
  const rows =
    database === undefined ? readEmbedded(cluster.dataDir, sql) : await querySql(database.engine.url, sql);
  return rows.map(toLoggedEvent);
}

function readEmbedded(folder: string, sql: string): readonly Row[] {
  using database = new DatabaseSync(join(folder, 'posted.sqlite'), { readOnly: true, timeout: 5000 });
  return database.prepare(sql).all();
}

function toLoggedEvent(row: Row): LoggedEvent {
  const { kind, channel, message, topic, also, member, payload } = row as Readonly<Record<string, string>>;
  const seq = Number(row.seq);
  if (kind === 'join' || kind === 'leave') return { kind, seq, user: member ?? '', topic: topic ?? '' };
  if (kind !== 'message') throw new Error(`event ${seq} has the kind ${kind}`);
  const content = JSON.parse(payload ?? '');
  return {
    kind,
    seq,
    channel: channel ?? '',
    message: message ?? '',
    topic: topic ?? '',
    also: also === null || also === undefined ? [] : JSON.parse(also),
    id: identify({ ...content, type: message }),
    content: contentOf(content),
  };
}
