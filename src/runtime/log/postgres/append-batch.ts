import type { PostedError } from '../../shared/errors.ts';
import type { LogEvent } from '../event.ts';
import { newMark } from '../new-mark.ts';
import { columnValue } from '../writes/column-value.ts';
import { keyConflict, keyHash } from '../writes/key-hash.ts';
import type { EarlyRenderer } from '../writes/payload.ts';
import { isChangeDefinition, isMembership, type RegisteredWrite } from '../writes/registered-write.ts';
import { storableText } from '../writes/storable-text.ts';
import type { WriteOutcome } from '../writes/write-definition.ts';
import { writtenEvent } from '../writes/written-event.ts';
import type { QueuedWrite } from './append-queue.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { lockHead, runAtOnce, type TransactionKind } from './transactions.ts';
import { returnedColumn, type WriteResultRow } from './write-sql.ts';

/** A registered write with the SQL that runs it. */
export interface PreparedWrite {
  readonly write: RegisteredWrite;
  readonly sql: string;
  readonly render: EarlyRenderer;
}

/** A row to be written. */
export interface WriteRequest extends QueuedWrite {
  readonly prepared: PreparedWrite;
  readonly row: Readonly<Record<string, unknown>>;
  readonly key: string | undefined;
  readonly hash: string | null;
  readonly mark: number;
  /** The row as `writeSql` takes it. */
  readonly item: Readonly<Record<string, unknown>>;
}

/** A write's outcome with its event, or the error for a reused key. */
export type WriteResult = (WriteOutcome & { readonly event: LogEvent | null }) | PostedError;

const kind: TransactionKind = { access: 'read write', statementTimeoutMs: 10_000 };

export function createRequest(
  prepared: PreparedWrite,
  row: Readonly<Record<string, unknown>>,
  key: string | undefined,
): WriteRequest {
  const { write } = prepared;
  const isKeyed = key !== undefined && write.key !== null;
  const hash = isKeyed ? keyHash(write, row) : null;
  const payload = prepared.render(row);
  const mark = newMark();
  const item: Record<string, unknown> = { posted_mark: mark, posted_payload: payload };
  if (isKeyed) Object.assign(item, { posted_key: storableText('key', key), posted_hash: hash });
  let size = payload?.length ?? 0;
  for (const column of write.columns) {
    const value = columnValue(column, row[column.name]);
    item[column.name] = value;
    if (typeof value === 'string') size += value.length;
  }
  return {
    prepared,
    row,
    key,
    hash,
    mark,
    item,
    size,
    subjects: subjectsOf(write, row, isKeyed ? key : undefined),
  };
}

/** The subjects that no other row of a batch may have, because a set statement does not see its own writes. */
function subjectsOf(
  { name, one, key: keyed, event }: RegisteredWrite,
  row: Readonly<Record<string, unknown>>,
  key: string | undefined,
): readonly string[] {
  const subjects = [JSON.stringify(['one', name, ...one.map((column) => row[column])])];
  if (key !== undefined && keyed !== null) subjects.push(JSON.stringify(['key', row[keyed.user], key]));
  if (event === null) return subjects;
  if (isMembership(event)) subjects.push(JSON.stringify(['member', row[event.user], row[event.topic]]));
  else if (isChangeDefinition(event) && event.entity !== undefined) {
    subjects.push(JSON.stringify(['entity', row[event.entity]]));
  }
  return subjects;
}

/** Writes all in one transaction. Resolves when it is on disk, with a result per request in the same order. */
export async function appendBatch(
  pool: ConnectionPool,
  requests: readonly WriteRequest[],
): Promise<readonly WriteResult[]> {
  const groups = [...Map.groupBy(requests, ({ prepared }) => prepared)];
  const statements = groups.map(([{ sql }, group]) => ({
    sql,
    values: [JSON.stringify(group.map(({ item }, posted_ordinal) => ({ posted_ordinal, ...item })))],
  }));
  // The lock of the head also keeps two nodes from using the same key at the same time.
  const isAppend = requests.some(({ prepared, hash }) => prepared.write.event !== null || hash !== null);
  const outcomes = await runAtOnce(pool, { kind, statements, ...(isAppend ? { lock: lockHead } : {}) });
  const results = new Map<WriteRequest, WriteResult>();
  for (const [index, [, group]] of groups.entries()) {
    const rows = (outcomes[index]?.rows ?? []) as unknown as readonly WriteResultRow[];
    for (const row of rows) {
      const request = group[row.ordinal];
      if (request !== undefined) results.set(request, toResult(request, row));
    }
  }
  return requests.flatMap((request) => results.get(request) ?? []);
}

function toResult({ prepared, row, hash, mark, item }: WriteRequest, result: WriteResultRow): WriteResult {
  const { write } = prepared;
  if (result.isUsed === true) {
    const conflict = keyConflict(result.hash ?? null, hash);
    if (conflict !== null) return conflict;
    const first = { seq: result.firstSeq ?? null, entity: result.entity ?? null };
    return { seq: null, isWritten: false, returned: {}, first, event: null };
  }
  const { seq, at, isWritten } = result;
  const payload = write.hasReturnedPayload
    ? (result.payload ?? null)
    : (item.posted_payload as string | null);
  const event = seq === null ? null : writtenEvent(write, row, { seq, mark, createdAtMs: at ?? 0, payload });
  const returned = isWritten ? returnedBy(write, result as unknown as Readonly<Record<string, unknown>>) : {};
  return { seq, isWritten, returned, first: null, event };
}

function returnedBy(
  { statements }: RegisteredWrite,
  row: Readonly<Record<string, unknown>>,
): WriteOutcome['returned'] {
  return Object.fromEntries(
    statements.flatMap(({ name, returns }, index) =>
      returns
        ? [[name, (row[returnedColumn(index)] ?? null) as Readonly<Record<string, unknown>> | null]]
        : [],
    ),
  );
}
