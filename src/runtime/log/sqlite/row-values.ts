import type { SQLInputValue } from 'node:sqlite';
import { columnValue } from '../writes/column-value.ts';
import type { Column } from '../writes/registered-write.ts';
import type { SqliteValue } from './protocol.ts';

/**
 * The values of a row in the order of the columns, as SQLite stores them.
 *
 * @throws TypeError if a value does not have the type of its column; PostedError `invalid_request` for U+0000 in text
 */
export function toValues(
  columns: readonly Column[],
  row: Readonly<Record<string, unknown>>,
): readonly SqliteValue[] {
  return columns.map((column) => toValue(column, row[column.name]));
}

function toValue(column: Column, given: unknown): SqliteValue {
  const value = columnValue(column, given);
  return typeof value === 'boolean' ? Number(value) : value;
}

/** node:sqlite binds every number as a floating-point one. */
export function toBinding(column: Column | undefined, value: SqliteValue): SQLInputValue {
  if (typeof value !== 'number' || column?.type === 'number') return value;
  return BigInt(value);
}

/** The row that `toValues` was given. */
export function rowOf(
  columns: readonly Column[],
  values: readonly SqliteValue[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    columns.map(({ name, type }, index) => {
      const value = values[index] ?? null;
      if (value === null) return [name, null];
      if (type === 'json') return [name, JSON.parse(String(value))];
      return [name, type === 'boolean' ? value === 1 : value];
    }),
  );
}
