import type { Column } from './registered-write.ts';
import { storableText } from './storable-text.ts';

/**
 * A value as SQL takes it: that of a column of type `json` as text.
 *
 * @throws TypeError if the value does not have the type of its column; PostedError `invalid_request` for U+0000 in text
 */
export function columnValue(
  { name, type, isNullable }: Column,
  value: unknown,
): string | number | boolean | null {
  if (type === 'json' && value !== undefined && !(isNullable && value === null)) return JSON.stringify(value);
  if (isNullable && (value === null || value === undefined)) return null;
  if (type === 'text' && typeof value === 'string') return storableText(name, value);
  if (type === 'integer' && Number.isSafeInteger(value)) return value as number;
  if (type === 'number' && typeof value === 'number' && Number.isFinite(value)) return value;
  if (type === 'boolean' && typeof value === 'boolean') return value;
  throw new TypeError(`the column ${name} needs a value of the type ${type}${isNullable ? ' or null' : ''}`);
}
