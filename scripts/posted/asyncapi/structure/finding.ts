import { nearestName } from '../../contract/nearest-name.ts';

/** A mistake in the structure of a document, for its author. */
export interface Finding {
  readonly pointer: string;
  readonly what: string;
  readonly fix: string;
}

/** A value in a document. */
export interface Place {
  readonly pointer: string;
  /** The name of its member; for an element of a list, that of the list and the index. */
  readonly key: string;
  readonly value: unknown;
}

/** Names of other languages and formats for the types of JSON Schema. */
const typeNames: Readonly<Record<string, string>> = {
  any: 'object',
  bool: 'boolean',
  char: 'string',
  date: 'string',
  datetime: 'string',
  decimal: 'number',
  dict: 'object',
  double: 'number',
  enum: 'string',
  float: 'number',
  int: 'integer',
  list: 'array',
  long: 'integer',
  map: 'object',
  str: 'string',
  text: 'string',
  uuid: 'string',
};

export function wrongValue({ pointer, key, value }: Place, allowed: readonly unknown[]): Finding {
  const what = `\`${key}\` cannot be ${shown(value)}`;
  const texts = allowed.filter((each) => typeof each === 'string');
  const given = String(value);
  const alias = Object.hasOwn(typeNames, given.toLowerCase()) ? typeNames[given.toLowerCase()] : undefined;
  const meant = alias !== undefined && texts.includes(alias) ? alias : nearestName(given, texts);
  const list = allowed.map((each) => JSON.stringify(each)).join(', ');
  return { pointer, what, fix: meant === null ? `write one of ${list}` : `did you mean "${meant}"?` };
}

/** @param members fields that an object must have here */
export function wrongType(
  { pointer, key, value }: Place,
  types: readonly string[],
  members: readonly string[],
): Finding {
  const wanted = types.map((type) => typeTexts[type] ?? type).join(' or ');
  return {
    pointer,
    what: `\`${key}\` must be ${wanted}, not ${shown(value)}`,
    fix: fixOfType(types, value, members),
  };
}

export function missingField({ pointer }: Place, object: string, field: string): Finding {
  return { pointer, what: `\`${field}\` is missing from ${object}`, fix: `add \`${field}\`` };
}

const typeTexts: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'an integer',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'a text',
};

function fixOfType(types: readonly string[], value: unknown, members: readonly string[]): string {
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean'))
    return 'put it in quotes';
  if (types.includes('array')) return 'write a list, with `-` before each item or in `[]`';
  if (types.includes('object')) {
    const names = members.map((name) => `\`${name}\``).join(' and ');
    return names === ''
      ? 'write an object: a name and a value for each item'
      : `write an object with ${names}`;
  }
  return `write ${types.map((type) => typeTexts[type] ?? type).join(' or ')}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
