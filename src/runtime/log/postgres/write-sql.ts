import { isMembership, type RegisteredWrite } from '../writes/registered-write.ts';
import type { ColumnType } from '../writes/write-definition.ts';
import { eventParts } from './event-sql.ts';
import { payloadPart } from './payload-sql.ts';
import { accepted, quote, statementMs } from './sql-text.ts';

const sqlTypes: Readonly<Record<ColumnType, string>> = {
  text: 'text collate "C"',
  integer: 'bigint',
  number: 'double precision',
  boolean: 'boolean',
  json: 'text',
};

/** Internal columns beside those of the row. */
const requestColumns = [
  'posted_ordinal integer',
  'posted_mark bigint',
  'posted_key text collate "C"',
  'posted_hash text',
  'posted_payload text',
];

/** The columns that a result row may have, by ordinal. */
export interface WriteResultRow {
  readonly ordinal: number;
  readonly isWritten: boolean;
  readonly seq: number | null;
  readonly at: number | null;
  /** Only if the payload uses what statements return. */
  readonly payload?: string | null;
  /** Only if the write takes idempotency keys: whether the key was used before, and what for. */
  readonly isUsed?: boolean;
  readonly hash?: string | null;
  readonly entity?: string | null;
  readonly firstSeq?: number | null;
}

/** The result column for the rows that a statement has returned. */
export function returnedColumn(statementIndex: number): string {
  return `returned_${statementIndex}`;
}

/**
 * Generates the one statement that runs a write for a batch of rows: `$1`, a JSON array. It sees only what was
 * committed before it began, and so not its own writes: no two rows of a batch may concern the same subject.
 *
 * The rows that pass the key, the membership and `where` are candidates. Those that the deciding statement returns are
 * accepted, and numbered from the head of the log on, before or after it. Each statement is a part of the whole, with
 * its `item`. The results are matched by the columns that they share with the item.
 */
export function writeSql(write: RegisteredWrite): string {
  const parts = [requestPart(write), candidatePart(write), ...acceptedParts(write)];
  for (const [index, { sql, name }] of write.statements.entries()) {
    if (name !== write.when) parts.push(statementPart(write, index, sql, 'posted_accepted', hasSeq(write)));
  }
  for (const [index, { returns }] of write.statements.entries()) {
    if (returns) parts.push(returnedPart(index));
  }
  if (write.hasReturnedPayload) parts.push(payloadPart(write));
  parts.push(...eventParts(write));
  if (write.key !== null) parts.push(keyPart(write, write.key.user));
  return `with ${parts.join(', ')} ${resultSelect(write)}`;
}

function requestPart({ columns }: RegisteredWrite): string {
  const typed = columns.map(({ name, type }) => `${quote(name)} ${sqlTypes[type]}`);
  return `posted_request as materialized (
    select * from json_to_recordset($1) as request (${[...requestColumns, ...typed].join(', ')}))`;
}

function candidatePart({ key, event, where }: RegisteredWrite): string {
  const conditions: string[] = [];
  if (key !== null) {
    conditions.push(`not exists (select from posted_key
      where posted_key.user_id = item.${quote(key.user)} and posted_key.key = item.posted_key)`);
  }
  if (event !== null && isMembership(event)) {
    conditions.push(`${event.kind === 'join' ? 'not ' : ''}exists (select from posted_membership
      where posted_membership.user_id = item.${quote(event.user)} and posted_membership.topic = item.${quote(event.topic)})`);
  }
  if (where !== null) conditions.push(`(${where})`);
  return `posted_candidate as materialized (
    select item.* from (select posted_request.*, ${statementMs} as at from posted_request) as item
    ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`})`;
}

/** How candidates become `posted_accepted`, which has a seq if there is an event. */
function acceptedParts(write: RegisteredWrite): readonly string[] {
  const { event, isNumberedFirst, statements, when } = write;
  if (event === null) return ['posted_accepted as materialized (select * from posted_candidate)'];
  const index = statements.findIndex(({ name }) => name === when);
  const deciding = statements[index];
  if (deciding === undefined) return [numberedPart('posted_accepted', 'posted_candidate')];
  return isNumberedFirst
    ? [
        numberedPart('posted_numbered', 'posted_candidate'),
        statementPart(write, index, deciding.sql, 'posted_numbered', true),
        decidedPart('posted_accepted', 'posted_numbered', index),
      ]
    : [
        statementPart(write, index, deciding.sql, 'posted_candidate', false),
        decidedPart('posted_decided', 'posted_candidate', index),
        numberedPart('posted_accepted', 'posted_decided'),
      ];
}

/** The head is one row for the planner too, which else expects thousands in a small table. */
function numberedPart(name: string, from: string): string {
  return `${name} as materialized (
    select ${from}.*, (select seq from posted_head where k = 1) + row_number() over (order by posted_ordinal) as seq
    from ${from})`;
}

/** Of the rows of `from`, those that the statement has returned. */
function decidedPart(name: string, from: string, index: number): string {
  return `${name} as materialized (
    select distinct on (posted_ordinal) ${from}.* from ${from} natural join ${statementName(index)})`;
}

function statementPart(
  { columns }: RegisteredWrite,
  index: number,
  sql: string,
  from: string,
  isNumbered: boolean,
): string {
  const names = [...columns.map(({ name }) => quote(name)), 'at', ...(isNumbered ? ['seq'] : [])];
  return `${statementName(index)} as (with item as (select ${names.join(', ')} from ${from}) ${sql})`;
}

function returnedPart(index: number): string {
  return `posted_returned_${index} as materialized (
    select distinct on (posted_ordinal) posted_ordinal, row_to_json(posted_row) as returned
    from posted_accepted natural join ${statementName(index)} as posted_row)`;
}

function keyPart({ event }: RegisteredWrite, user: string): string {
  const entity = event === null || isMembership(event) ? undefined : event.entity;
  return `posted_keyed as (
    insert into posted_key (user_id, key, hash, entity, seq)
    select ${accepted(user)}, posted_accepted.posted_key, posted_accepted.posted_hash,
      ${entity === undefined ? 'null' : `${accepted(entity)}::text`}, ${event === null ? 'null' : 'posted_accepted.seq'}
    from posted_accepted where posted_accepted.posted_key is not null)`;
}

function resultSelect(write: RegisteredWrite): string {
  const columns = [
    'posted_request.posted_ordinal as ordinal',
    'posted_accepted.posted_ordinal is not null as "isWritten"',
    `${write.event === null ? 'null' : 'posted_accepted.seq'} as seq`,
    'posted_accepted.at',
  ];
  const joins = ['left join posted_accepted using (posted_ordinal)'];
  if (write.hasReturnedPayload) {
    columns.push('posted_rendered.payload');
    joins.push('left join posted_rendered using (posted_ordinal)');
  }
  for (const [index, { returns }] of write.statements.entries()) {
    if (!returns) continue;
    columns.push(`posted_returned_${index}.returned as ${returnedColumn(index)}`);
    joins.push(`left join posted_returned_${index} using (posted_ordinal)`);
  }
  if (write.key !== null) {
    columns.push('holder.key is not null as "isUsed"', 'holder.hash', 'holder.entity');
    columns.push('holder.seq as "firstSeq"');
    joins.push(`left join posted_key as holder
      on holder.user_id = posted_request.${quote(write.key.user)} and holder.key = posted_request.posted_key`);
  }
  return `select ${columns.join(', ')} from posted_request ${joins.join(' ')} order by posted_request.posted_ordinal`;
}

function hasSeq({ event }: RegisteredWrite): boolean {
  return event !== null;
}

function statementName(index: number): string {
  return `posted_statement_${index}`;
}
