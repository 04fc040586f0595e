/** The database's clock, in milliseconds since the Unix epoch. */
export const clockMs = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

/** The same, when the statement began: if an earlier one has locked the head, after that. */
export const statementMs = '(extract(epoch from statement_timestamp()) * 1000)::bigint';

/** A column, quoted. Names of columns have been checked: they contain no quotes. */
export function quote(column: string): string {
  return `"${column}"`;
}

export function literal(text: string | undefined): string {
  return text === undefined ? 'null' : `'${text.replaceAll("'", "''")}'`;
}

/** A column of the rows that a write has accepted. */
export function accepted(column: string): string {
  return `posted_accepted.${quote(column)}`;
}
