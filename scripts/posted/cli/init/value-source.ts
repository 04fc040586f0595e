import { enclose, literal, propertyKey } from '../../source/typescript-source.ts';

/** A value of JSON, or bytes, as source that is laid out for people. */
export function valueSource(value: unknown): string {
  if (value instanceof Uint8Array) return `new Uint8Array([${value.join(', ')}])`;
  if (Array.isArray(value)) return enclose('[', value.map(valueSource), ']');
  if (typeof value !== 'object' || value === null) return literal(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${propertyKey(name)}: ${valueSource(member)}`,
  );
  return enclose('{', members, '}');
}
