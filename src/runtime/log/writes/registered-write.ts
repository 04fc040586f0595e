import type {
  Columns,
  ColumnType,
  EventDefinition,
  MembershipDefinition,
  MessageDefinition,
  PayloadTemplate,
  WriteDefinition,
} from './write-definition.ts';

/** A write in the form that engines run. It is plain data, so that it can be sent to another thread or process. */
export interface RegisteredWrite {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly one: readonly string[];
  readonly where: string | null;
  readonly statements: readonly Statement[];
  /** The name of the statement that decides; null if every row has an event. */
  readonly when: string | null;
  /**
   * Whether rows get their seq before the deciding statement, which uses it. Then it must return all rows of its batch
   * or none: otherwise the batch is split.
   */
  readonly isNumberedFirst: boolean;
  readonly key: { readonly user: string; readonly body: readonly string[] } | null;
  readonly event: EventDefinition | null;
  /** Whether the payload uses what statements return, so that only the engine can make it. */
  readonly hasReturnedPayload: boolean;
}

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly isNullable: boolean;
}

export interface Statement {
  readonly name: string;
  readonly sql: string;
  /** Whether it returns rows. */
  readonly returns: boolean;
}

/** Columns of `item` that are not of the row. Names with this prefix are internal. */
const reservedColumns = ['seq', 'at'];
const reservedPrefix = 'posted_';

const identifier = /^[a-z_][a-z0-9_]{0,50}$/;

/** @throws Error that says what is wrong with the definition */
export function registeredWrite<Row extends Columns>(definition: WriteDefinition<Row>): RegisteredWrite {
  const { name, row, one, where, statements = {}, when, key, event } = definition;
  const fail = (problem: string): never => {
    throw new Error(`The write ${name} cannot be registered: ${problem}.`);
  };
  if (!/^[A-Za-z][A-Za-z0-9_.-]{0,99}$/.test(name))
    fail('its name must be a word of letters, digits, ".", "_" and "-"');

  const columns = Object.entries(row).map(([column, type]): Column => {
    if (!identifier.test(column)) fail(`"${column}" must be lower-case letters, digits and "_"`);
    if (reservedColumns.includes(column) || column.startsWith(reservedPrefix))
      fail(`the column name "${column}" is reserved`);
    return { name: column, type: type.replace('?', '') as ColumnType, isNullable: type.endsWith('?') };
  });
  const checkColumn = (column: string, use: string): void => {
    if (!Object.hasOwn(row, column)) fail(`${use} names the column "${column}", which \`row\` does not have`);
  };
  if (one.length === 0) fail('`one` must name at least one column');
  for (const column of one) checkColumn(column, '`one`');
  if (key !== undefined) for (const column of [key.user, ...key.body]) checkColumn(column, '`key`');

  const list = Object.entries(statements).map(([statement, sql]): Statement => {
    if (!identifier.test(statement))
      fail(`the statement name "${statement}" must be lower-case letters, digits and "_"`);
    if (/^\s*with\b/i.test(sql)) fail(`the statement "${statement}" must not begin with \`with\``);
    return { name: statement, sql, returns: /\breturning\b/i.test(sql) };
  });
  const deciding = list.find((statement) => statement.name === when);
  if (when !== undefined) {
    if (event === undefined) fail('`when` has no meaning without `event`');
    if (deciding === undefined)
      fail(`\`when\` names the statement "${when}", which \`statements\` does not have`);
    if (deciding?.returns === false)
      fail(
        `the statement "${when}" must return the columns that identify its row, such as \`returning seq\``,
      );
  }
  if (event !== undefined) checkEvent(event, columns, list, fail, checkColumn);

  return {
    name,
    columns,
    one,
    where: where ?? null,
    statements: list,
    when: when ?? null,
    isNumberedFirst: deciding === undefined || /\bseq\b/i.test(deciding.sql),
    key: key ?? null,
    event: event ?? null,
    hasReturnedPayload: leavesOf(payloadOf(event ?? null) ?? {}).some(isReturned),
  };
}

function checkEvent(
  event: EventDefinition,
  columns: readonly Column[],
  statements: readonly Statement[],
  fail: (problem: string) => never,
  checkColumn: (column: string, use: string) => void,
): void {
  checkColumn(event.topic, '`event.topic`');
  if (isMembership(event)) {
    checkColumn(event.user, '`event.user`');
    return;
  }
  const { kind = 'message', channel, address, message, also, entity, payload, revises } = event;
  // A revision that is sent to nobody still says in which channel the revised message is.
  const isSilentRevision = kind === 'revise' && message === undefined;
  if ((channel === undefined) !== (message === undefined) && !isSilentRevision)
    fail('`event` needs both `channel` and `message`, or neither');
  if (kind === 'revoke' && channel !== undefined) fail('a revocation is sent to nobody: it has no `channel`');
  if (address !== undefined) {
    checkColumn(address, '`event.address`');
    if (channel === undefined) fail('`event.address` has no meaning without `channel`');
    const isText = columns.some(
      ({ name, type, isNullable }) => name === address && type === 'text' && !isNullable,
    );
    if (!isText) fail('the column of `event.address` must be of type text');
  }
  if (entity !== undefined) checkColumn(entity, '`event.entity`');
  else if (kind !== 'message' && kind !== 'revoke') fail(`an event of the kind ${kind} needs an \`entity\``);
  if ((kind === 'revise') !== (revises !== undefined))
    fail('`revises` belongs to events of the kind revise, which need it');
  if (kind !== 'redact' && payload === undefined) fail('`event.payload` is missing');
  if (also !== undefined) {
    checkColumn(also, '`event.also`');
    if (columns.find(({ name }) => name === also)?.type !== 'json')
      fail('the column of `event.also` must be of type json');
  }
  for (const leaf of payload === undefined ? [] : leavesOf(payload)) {
    const [statement = '', column] = leaf.split('.');
    if (column === undefined) checkColumn(leaf, '`event.payload`');
    else if (!statements.some(({ name, returns }) => name === statement && returns)) {
      fail(`\`event.payload\` uses "${leaf}", but no statement "${statement}" returns anything`);
    } else if (!identifier.test(column))
      fail(`\`event.payload\` uses "${leaf}", whose column must be lower-case`);
  }
}

export function isMembership(event: EventDefinition): event is MembershipDefinition {
  return event.kind === 'join' || event.kind === 'leave';
}

/** Whether the event removes or replaces the payloads of earlier events of its entity. */
export function isChangeDefinition(event: EventDefinition): event is MessageDefinition {
  return event.kind === 'redact' || event.kind === 'revise';
}

/** Undefined for an event without a payload. */
export function payloadOf(event: EventDefinition | null): PayloadTemplate | undefined {
  return event === null || isMembership(event) ? undefined : event.payload;
}

function leavesOf(template: PayloadTemplate): readonly string[] {
  return typeof template === 'string' ? [template] : Object.values(template).flatMap(leavesOf);
}

function isReturned(leaf: string): boolean {
  return leaf.includes('.');
}
