/** Describes JSON Schemas for readers: their types, flags and constraints. */
import { isSchemaObject, type JsonSchema, type SchemaObject, subschemasOf } from '../schemas/json-schema.ts';

/** Keywords that are not listed as constraints, because the page shows or omits them otherwise. */
const notConstraints: ReadonlySet<string> = new Set([
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

/** Longer values are shortened; the page links to the document. */
const maxValueLength = 400;

/** The type of a schema. `nameOf` returns the component name of a schema, if it has one. */
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

/** `deprecated`, `readOnly` and `writeOnly`, if they are set. */
export function flagsOf(schema: JsonSchema): readonly string[] {
  if (typeof schema === 'boolean') return [];
  return ['deprecated', 'readOnly', 'writeOnly'].filter((keyword) => schema[keyword] === true);
}

/** A subschema, with its path from the schema that contains it. */
export type Subschema = readonly [keys: readonly string[], schema: JsonSchema];

/** The direct subschemas that the page shows on their own rather than as the value of a keyword. */
export function shownSubschemasOf(schema: JsonSchema): readonly Subschema[] {
  return subschemasOf(schema).filter(
    ([keys, subschema]) => keys.length > 1 || typeof subschema !== 'boolean',
  );
}

/** The constraints and examples of a schema, without those of its subschemas. */
export function constraintsOf(schema: JsonSchema): readonly (readonly [keyword: string, value: string])[] {
  if (typeof schema === 'boolean') return [];
  const shown = new Set(shownSubschemasOf(schema).map(([[keyword]]) => keyword));
  const constraints = Object.entries(schema).flatMap(([keyword, value]) => {
    if (notConstraints.has(keyword) || isPrivate(keyword)) return [];
    if (keyword === 'required') return unlessEmpty(keyword, requiredElsewhere(value, schema));
    if (keyword === 'dependencies') return unlessEmpty(keyword, nameLists(value));
    return shown.has(keyword) ? [] : [[keyword, valueText(keyword, value)] as const];
  });
  return [
    ...constraints,
    ...examplesOf(schema).map((value) => ['example', valueText('example', value)] as const),
  ];
}

/** The required names that are not properties of this schema: properties are marked as required themselves. */
function requiredElsewhere(required: unknown, { properties }: SchemaObject): readonly unknown[] {
  const declared = isSchemaObject(properties) ? properties : {};
  return Array.isArray(required) ? required.filter((name) => !Object.hasOwn(declared, String(name))) : [];
}

/** The `dependencies` that are lists of names; the page shows those that are schemas on their own. */
function nameLists(dependencies: unknown): SchemaObject {
  const members = isSchemaObject(dependencies) ? Object.entries(dependencies) : [];
  return Object.fromEntries(members.filter(([, member]) => Array.isArray(member)));
}

function unlessEmpty(keyword: string, rest: object): readonly (readonly [keyword: string, value: string])[] {
  return Object.keys(rest).length === 0 ? [] : [[keyword, valueText(keyword, rest)]];
}

/** Keywords with a list of values, which is shown without brackets. */
const listKeywords: ReadonlySet<string> = new Set(['enum', 'required']);

/** The value of a keyword on one line. */
function valueText(keyword: string, value: unknown): string {
  const isList = listKeywords.has(keyword) && Array.isArray(value);
  const text = isList ? value.map(toJson).join(', ') : toJson(value);
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength)}…` : text;
}

/** Keywords that the parser and react-component add. */
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
    // An extension may contain a recursive schema, which JSON cannot express.
    return '…';
  }
}
