/** The types of a write's columns. `json` takes any JSON value and is JSON text in SQL; `?` allows null. */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'json';

export type Columns = Readonly<Record<string, ColumnType | `${ColumnType}?`>>;

interface ValueOf {
  text: string;
  integer: number;
  number: number;
  boolean: boolean;
  json: unknown;
}

/** A row as its caller passes it. */
export type RowOf<Row extends Columns> = {
  readonly [Name in keyof Row]: Row[Name] extends `${infer Type extends ColumnType}?`
    ? ValueOf[Type] | null
    : Row[Name] extends ColumnType
      ? ValueOf[Row[Name]]
      : never;
};

/**
 * A write of an application's own rows, and of the event that they cause: both are stored, or neither is. It is
 * registered once and run as sets: PostgreSQL runs each statement once for a batch of many rows, SQLite once per row.
 *
 * Statements read the relation `item`, which has the columns of `row`, and also `at` (milliseconds since the Unix epoch by the
 * database's clock) and `seq` (that of the row's event). A statement sees what was committed before its batch, and
 * what statements of other writes in the batch have done. It must not depend on what the statements beside it do: SQLite
 * runs them one after another, the deciding one first, and PostgreSQL all at once.
 */
export interface WriteDefinition<Row extends Columns> {
  /** Unique in the log. It is a part of idempotency keys and of error messages. */
  readonly name: string;
  readonly row: Row;
  /** Of two rows with the same values in these columns, the second waits for the next batch. */
  readonly one: readonly (keyof Row & string)[];
  /** An SQL condition on `item`: a row that does not meet it is not written. */
  readonly where?: string;
  /** SQL by name. It must not begin with `with`. Names are used by `when` and by payloads. */
  readonly statements?: Readonly<Record<string, string>>;
  /**
   * The statement that decides whether a row has an event: it must return the columns that identify the row
   * (`returning id`, or `returning seq`), and the rows it does not return have no event, no seq and nothing else written.
   * Without it, every row has an event.
   */
  readonly when?: string;
  /** Whose idempotency keys the write takes, and the columns that a retry must repeat. */
  readonly key?: { readonly user: keyof Row & string; readonly body: readonly (keyof Row & string)[] };
  readonly event?: EventDefinition<keyof Row & string>;
}

/** The event of a row. Strings are names of columns, except for `channel`, `message` and `revises`. */
export type EventDefinition<Column extends string = string> =
  | MessageDefinition<Column>
  | MembershipDefinition<Column>;

export interface MembershipDefinition<Column extends string = string> {
  readonly kind: 'join' | 'leave';
  readonly topic: Column;
  readonly user: Column;
}

export interface MessageDefinition<Column extends string = string> {
  /**
   * Default: 'message'. `redact` and `revise` also change earlier events of the entity. `revoke` ends credentials of the
   * user that is its topic on all nodes, with a payload of `id` (unique to the revocation), and `user`, `tokenId` and
   * `beforeVersion`, as `app.revoke` takes them.
   */
  readonly kind?: 'message' | 'redact' | 'revise' | 'revoke';
  /**
   * The channel and message in the contract. Without a message, the event is sent to nobody; the channel of such a
   * `revise` event is that of the message it changes.
   */
  readonly channel?: string;
  /** For a channel whose address has parameters: the column with the address of the room, which gets the message. */
  readonly address?: Column;
  readonly message?: string;
  readonly topic: Column;
  /** A column of type `json`: an array of users. */
  readonly also?: Column;
  readonly entity?: Column;
  readonly payload?: PayloadTemplate;
  /** For `revise`: the message whose event of the same channel and entity gets this payload. */
  readonly revises?: string;
}

/**
 * How a payload is made: the name of a column, whose value it takes, or an object of templates. `statement.column`
 * names a column that a statement returns for the row.
 */
export type PayloadTemplate = string | { readonly [property: string]: PayloadTemplate };

/** The result of a write. */
export interface WriteOutcome {
  /** The seq of the row's event; null for a row without one. */
  readonly seq: number | null;
  /** Whether the row was written: false if `where` or `when` excluded it, or its key was used before. */
  readonly isWritten: boolean;
  /** By name of the statement, the row that it returned; null if it returned nothing. */
  readonly returned: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  /** If the idempotency key was used before: what its first use has written. */
  readonly first: { readonly seq: number | null; readonly entity: string | null } | null;
}

/**
 * Runs a registered write. Resolves once it is on disk.
 *
 * @throws PostedError `outcome_unknown` if the answer of the database was lost: the write may have happened, so retry it
 *   with the same key. `idempotency_key_reused` if the key was used with other values. `unavailable` if nothing was done.
 */
export type Write<Row extends Columns> = (
  row: RowOf<Row>,
  options?: { readonly key?: string | undefined },
) => Promise<WriteOutcome>;
