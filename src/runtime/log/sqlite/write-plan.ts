import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { kindsRequire } from '../tables.ts';
import { keyConflict } from '../writes/key-hash.ts';
import { type PayloadRenderer, payloadRenderer } from '../writes/payload.ts';
import {
  isChangeDefinition,
  isMembership,
  payloadOf,
  type RegisteredWrite,
} from '../writes/registered-write.ts';
import type { EventDefinition, MembershipDefinition, MessageDefinition } from '../writes/write-definition.ts';
import type { Head } from './head.ts';
import type { FirstUse, Returned, SqliteValue, WriteInput, WriteOutput } from './protocol.ts';
import { rowOf, toBinding } from './row-values.ts';

interface PlannedStatement {
  readonly name: string;
  readonly statement: StatementSync;
  readonly returns: boolean;
}

interface Item {
  readonly values: readonly SQLInputValue[];
  readonly at: bigint;
  seq: bigint | null;
}

/** Appends the event of an item, and does what else its kind requires. */
type AppendEvent = (item: Item, seq: bigint, mark: number, payload: string | null) => void;

/** A registered write with all of its statements prepared: `run` executes it for one row, in the current transaction. */
export class WritePlan {
  /** Whether it removes or replaces payloads of earlier events. */
  readonly erases: boolean;
  readonly #write: RegisteredWrite;
  readonly #head: Head;
  readonly #condition: StatementSync | null;
  readonly #deciding: PlannedStatement | null;
  /** All but the deciding one. */
  readonly #statements: readonly PlannedStatement[];
  readonly #keys: Keys | null;
  readonly #changes: ((item: Item) => boolean) | null;
  readonly #append: AppendEvent | null;
  /** Whether a statement returns rows. */
  readonly #returns: boolean;
  /** Null unless the payload uses what the statements return. */
  readonly #render: PayloadRenderer | null;

  /** @throws Error if SQLite rejects a statement */
  constructor(database: DatabaseSync, write: RegisteredWrite, head: Head) {
    const { columns, statements, when, event, isNumberedFirst, hasReturnedPayload } = write;
    const names = columns.map(({ name }) => name);
    const withSeq = itemOf([...names, 'at', 'seq']);
    const withoutSeq = itemOf([...names, 'at']);

    const plan = (prefix: string, { name, sql, returns }: (typeof statements)[number]): PlannedStatement => ({
      name,
      statement: database.prepare(prefix + sql),
      returns,
    });
    const deciding = statements.find(({ name }) => name === when);
    this.erases = event !== null && isChangeDefinition(event);
    this.#write = write;
    this.#head = head;
    this.#condition =
      write.where === null
        ? null
        : database.prepare(`${withoutSeq} select 1 from item where (${write.where})`);
    this.#deciding = deciding === undefined ? null : plan(isNumberedFirst ? withSeq : withoutSeq, deciding);
    this.#statements = statements
      .filter((statement) => statement !== deciding)
      .map((statement) => plan(withSeq, statement));
    this.#keys = write.key === null ? null : new Keys(database, write);
    this.#changes = event !== null && isMembership(event) ? membershipGuard(database, write, event) : null;
    this.#returns = statements.some(({ returns }) => returns);
    this.#append = event === null ? null : appendOf(database, write, event);
    const template = payloadOf(event);
    this.#render = template === undefined || !hasReturnedPayload ? null : payloadRenderer(template);
  }

  run([, mark, rendered, key, hash, ...values]: WriteInput): WriteOutput {
    const { columns, isNumberedFirst } = this.#write;
    const createdAtMs = this.#head.nowMs;
    const item: Item = {
      values: values.map((value, index) => toBinding(columns[index], value)),
      at: BigInt(createdAtMs),
      seq: null,
    };
    const first = key === null ? null : (this.#keys?.find(values, key, hash) ?? null);
    if (first !== null || !this.#isAllowed(item)) return [createdAtMs, null, false, null, null, first];

    const returned: Record<string, Returned[string]> = {};
    const seq = this.#append === null ? null : this.#head.nextSeq;
    // A seq that turns out not to be needed is that of the next event.
    if (seq !== null && isNumberedFirst) item.seq = BigInt(seq);
    if (this.#deciding !== null) {
      const { name, statement } = this.#deciding;
      const row = isNumberedFirst
        ? statement.get(...item.values, item.at, item.seq)
        : statement.get(...item.values, item.at);
      if (row === undefined) return [createdAtMs, null, false, null, null, null];
      returned[name] = row;
    }
    if (seq !== null) item.seq = BigInt(seq);
    for (const { name, statement, returns } of this.#statements) {
      if (returns) returned[name] = statement.get(...item.values, item.at, item.seq) ?? null;
      else statement.run(...item.values, item.at, item.seq);
    }

    const payload = this.#render?.({ row: rowOf(columns, values), returned }) ?? null;
    if (seq !== null && item.seq !== null) {
      this.#append?.(item, item.seq, mark, payload ?? rendered);
      this.#head.advance();
    }
    if (key !== null) this.#keys?.add(values, key, hash, seq);
    return [createdAtMs, seq, true, this.#returns ? returned : null, payload, null];
  }

  /** Whether its condition holds and, for a join or leave, whether it changes anything. */
  #isAllowed(item: Item): boolean {
    if (this.#condition !== null && this.#condition.get(...item.values, item.at) === undefined) return false;
    return this.#changes?.(item) !== false;
  }
}

/** The idempotency keys of a write. Rows run one after another, so that a key used earlier in the same batch is found. */
class Keys {
  readonly #find: StatementSync;
  readonly #add: StatementSync;
  readonly #user: number;
  readonly #entity: number;

  constructor(database: DatabaseSync, write: RegisteredWrite) {
    this.#find = database.prepare('select hash, entity, seq from posted_key where user_id = ? and key = ?');
    this.#add = database.prepare(
      'insert into posted_key (user_id, key, hash, entity, seq) values (?, ?, ?, ?, ?)',
    );
    this.#user = indexOf(write, write.key?.user);
    this.#entity =
      write.event === null || isMembership(write.event) ? -1 : indexOf(write, write.event.entity);
  }

  /** @throws PostedError `idempotency_key_reused` if the key was used for something else */
  find(values: readonly SqliteValue[], key: string, hash: string | null): FirstUse | null {
    const used = this.#find.get(this.#userOf(values), key);
    if (used === undefined) return null;
    const conflict = keyConflict(used.hash as string | null, hash);
    if (conflict !== null) throw conflict;
    return { seq: used.seq as number | null, entity: used.entity as string | null };
  }

  add(values: readonly SqliteValue[], key: string, hash: string | null, seq: number | null): void {
    const entity = values[this.#entity] ?? null;
    this.#add.run(this.#userOf(values), key, hash, entity, seq);
  }

  #userOf(values: readonly SqliteValue[]): SqliteValue {
    return values[this.#user] ?? null;
  }
}

/** Returns whether a join or leave changes anything. */
function membershipGuard(
  database: DatabaseSync,
  write: RegisteredWrite,
  { kind, topic, user }: MembershipDefinition,
): (item: Item) => boolean {
  const find = database.prepare('select 1 from posted_membership where user_id = ? and topic = ?');
  const [userIndex, topicIndex] = [indexOf(write, user), indexOf(write, topic)];
  return ({ values }) => {
    const hasJoined = find.get(values[userIndex] ?? null, values[topicIndex] ?? null) !== undefined;
    return hasJoined === (kind === 'leave');
  };
}

function appendOf(database: DatabaseSync, write: RegisteredWrite, event: EventDefinition): AppendEvent {
  return isMembership(event)
    ? membershipAppend(database, write, event)
    : messageAppend(database, write, event);
}

function membershipAppend(
  database: DatabaseSync,
  write: RegisteredWrite,
  { kind, topic, user }: MembershipDefinition,
): AppendEvent {
  const insert = database.prepare(
    `insert into posted_event (seq, mark, kind, topic, member, requires, created_at)
     values (?, ?, ${literal(kind)}, ?, ?, ${literal(kindsRequire)}, ?)`,
  );
  const change = database.prepare(
    kind === 'join'
      ? 'insert into posted_membership (user_id, topic, since_seq) values (?, ?, ?)'
      : 'delete from posted_membership where user_id = ? and topic = ? and since_seq < ?',
  );
  const [userIndex, topicIndex] = [indexOf(write, user), indexOf(write, topic)];
  return ({ values, at }, seq, mark) => {
    const [member, joined] = [values[userIndex] ?? null, values[topicIndex] ?? null];
    insert.run(seq, mark, joined, member, at);
    change.run(member, joined, seq);
  };
}

function messageAppend(
  database: DatabaseSync,
  write: RegisteredWrite,
  { kind = 'message', channel, address, message, topic, also, entity, revises }: MessageDefinition,
): AppendEvent {
  const requires = kind === 'message' ? null : kindsRequire;
  const insert = database.prepare(
    `insert into posted_event
       (seq, mark, kind, channel, message, topic, also, entity, payload, revises, requires, created_at)
     values (?, ?, ${literal(kind)}, ?, ${literal(message)}, ?, ?, ?, ?, ${literal(revises)}, ${literal(requires)}, ?)`,
  );
  const [topicIndex, alsoIndex, entityIndex, addressIndex] = [topic, also, entity, address].map((column) =>
    indexOf(write, column),
  );
  const channelOf = (values: Item['values']): SQLInputValue =>
    address === undefined ? (channel ?? null) : `${channel} ${valueAt(values, addressIndex) as string}`;
  // What was redacted stays redacted.
  const isEarlier =
    "entity = ? and seq < ? and payload is not null and kind in ('message', 'redact', 'revise')";
  const redact = database.prepare(`update posted_event set payload = null where ${isEarlier}`);
  const revise = database.prepare(
    `update posted_event set payload = ?
     where ${isEarlier} and channel is ? and message = ${literal(revises)}`,
  );
  return ({ values, at }, seq, mark, payload) => {
    const about = valueAt(values, entityIndex);
    const room = channelOf(values);
    insert.run(seq, mark, room, valueAt(values, topicIndex), valueAt(values, alsoIndex), about, payload, at);
    if (kind === 'redact') redact.run(about, seq);
    if (kind === 'revise') revise.run(payload, about, seq, room);
  };
}

/** The relation `item` of one row, before a statement. */
function itemOf(columns: readonly string[]): string {
  return `with item (${columns.join(', ')}) as (values (${columns.map(() => '?').join(', ')})) `;
}

function valueAt(values: Item['values'], index = -1): SQLInputValue {
  return values[index] ?? null;
}

/** -1 for no column. */
function indexOf({ columns }: RegisteredWrite, column: string | undefined): number {
  return columns.findIndex(({ name }) => name === column);
}

/** As SQL. Only for what a contract or a definition says, never for values. */
function literal(text: string | null | undefined): string {
  return text === null || text === undefined ? 'null' : `'${text.replaceAll("'", "''")}'`;
}
