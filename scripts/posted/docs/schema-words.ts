/** What a schema says, in words for people. */
import { isSchemaObject, type JsonSchema, type SchemaObject, subschemasOf } from '../schemas/json-schema.ts';

/** Keywords that are told in another way than as themselves. */
const told: ReadonlySet<string> = new Set([
  '$comment',
  '$id',
  '$schema',
  'deprecated',
  'description',
  'example',
  'examples',
  'externalDocs',
  'readOnly',
  'title',
  'type',
  'writeOnly',
  'xml',
]);

/** Longer values are cut: a page is for reading, and the document itself is beside it. */
const maxValueLength = 400;

/** The type of a schema; that of the items of an array is what `nameOf` says of their schema. */
export function typeOf(schema: JsonSchema, nameOf: (schema: JsonSchema) => string | null): string {
  if (typeof schema === 'boolean') return schema ? 'anything' : 'nothing';
  const { type, items } = schema;
  if (type === 'array' && isSchemaObject(items)) return `array of ${nameOf(items) ?? typeOf(items, nameOf)}`;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.join(' or ');
  if (schema.properties !== undefined) return 'object';
  const values = Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const] : [];
  return [...new Set(values.map((value) => (value === null ? 'null' : typeof value)))].join(' or ');
}

/** `readOnly` and its like. */
export function flagsOf(schema: JsonSchema): readonly string[] {
  if (typeof schema === 'boolean') return [];
  return ['deprecated', 'readOnly', 'writeOnly'].filter((keyword) => schema[keyword] === true);
}

/** The keys that lead to a schema inside another, and that schema. */
export type Subschema = readonly [keys: readonly string[], schema: JsonSchema];

/** The schemas directly inside a schema that take more than a word to tell. */
export function drawnSubschemasOf(schema: JsonSchema): readonly Subschema[] {
  return subschemasOf(schema).filter(([keys, inside]) => keys.length > 1 || typeof inside !== 'boolean');
}

/** The constraints and examples of a schema itself, without what those inside it say. */
export function constraintsOf(schema: JsonSchema): readonly (readonly [keyword: string, value: string])[] {
  if (typeof schema === 'boolean') return [];
  const drawn = new Set(drawnSubschemasOf(schema).map(([[keyword]]) => keyword));
  const constraints = Object.entries(schema).flatMap(([keyword, value]) => {
    if (told.has(keyword) || isPrivate(keyword)) return [];
    if (keyword === 'required') return unlessEmpty(keyword, unmarked(value, schema));
    if (keyword === 'dependencies') return unlessEmpty(keyword, lists(value));
    return drawn.has(keyword) ? [] : [[keyword, valueText(keyword, value)] as const];
  });
  return [
    ...constraints,
    ...examplesOf(schema).map((value) => ['example', valueText('example', value)] as const),
  ];
}

/** The required names that are no properties of this schema; the others are marked where they stand. */
function unmarked(required: unknown, { properties }: SchemaObject): readonly unknown[] {
  const marked = isSchemaObject(properties) ? properties : {};
  return Array.isArray(required) ? required.filter((name) => !Object.hasOwn(marked, String(name))) : [];
}

/** Of `dependencies`, some may be schemas, which are drawn, and some lists of names. */
function lists(dependencies: unknown): SchemaObject {
  const members = isSchemaObject(dependencies) ? Object.entries(dependencies) : [];
  return Object.fromEntries(members.filter(([, member]) => Array.isArray(member)));
}

function unlessEmpty(keyword: string, rest: object): readonly (readonly [keyword: string, value: string])[] {
  return Object.keys(rest).length === 0 ? [] : [[keyword, valueText(keyword, rest)]];
}

/** Keywords whose value is a list of things, and not a thing that is a list. */
const listing: ReadonlySet<string> = new Set(['enum', 'required']);

/** The value of a keyword on one line. */
function valueText(keyword: string, value: unknown): string {
  const isList = listing.has(keyword) && Array.isArray(value);
  const text = isList ? value.map(toJson).join(', ') : toJson(value);
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength)}…` : text;
}

/** Keywords that the parser and react-component add for themselves. */
function isPrivate(keyword: string): boolean {
  return keyword.startsWith('x-parser-') || keyword.startsWith('x-schema-private-');
}

function examplesOf({ example, examples }: SchemaObject): readonly unknown[] {
  return Array.isArray(examples) ? examples : example === undefined ? [] : [example];
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // An extension may refer to a schema that refers to itself.
    return '…';
  }
}
