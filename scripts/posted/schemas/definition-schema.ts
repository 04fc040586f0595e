import type { ContractDocument } from '../contract/contract-document.ts';
import {
  isAnnotation,
  isSchemaObject,
  type JsonSchema,
  referencedComponent,
  replaceSubschemas,
  type SchemaObject,
} from './json-schema.ts';
import { contextOf, normalizeSchema, outermost, type SchemaContext } from './normalize-schema.ts';
import type { Definition, Dialect } from './schema-set.ts';

/** Where a schema stands. */
interface Place {
  readonly document: ContractDocument;
  readonly dialect: Dialect;
  /** The names of the definitions of component schemas, by those of the components. */
  readonly components: ReadonlyMap<string, string>;
  readonly locate: Definition['locate'];
}

/** About half as many schemas inside each other: more than anybody reads, and less than a stack holds. */
const maximumKeys = 128;

/** A schema of the contract as its definition has it: normalized, its references to components to definitions. */
export function definitionSchema(
  schema: JsonSchema,
  place: Place,
  keys: readonly string[] = [],
  context: SchemaContext = outermost,
): JsonSchema {
  if (keys.length > maximumKeys) {
    const fix = 'move a part of it into components.schemas and refer to it';
    place.document.report(place.locate(keys), 'schemas stand inside each other too deep', fix);
    return true;
  }
  if (isSchemaObject(schema) && typeof schema.$ref === 'string' && !mayRefer(schema, place, keys))
    return true;
  const normalized = normalizeSchema(schema, context);
  const copy = replaceSubschemas(normalized, (inner, more) =>
    definitionSchema(inner, place, [...keys, ...more], contextOf(more[0], normalized, context)),
  );
  const component = referencedComponent(copy);
  if (component === null || !isSchemaObject(copy)) return copy;
  return { ...copy, $ref: `#/definitions/${place.components.get(component)}` };
}

/** Whether a reference leads to a component, and nothing beside it is lost. */
function mayRefer(schema: SchemaObject, place: Place, keys: readonly string[]): boolean {
  const { document, dialect, components, locate } = place;
  const component = referencedComponent(schema);
  if (component === null || !components.has(component)) {
    const fix = 'move what it refers to into components.schemas';
    document.report(locate([...keys, '$ref']), 'a schema refers to what is no component schema', fix);
    return false;
  }
  const ignored = Object.keys(schema).filter((keyword) => !mayStandBesideReference(keyword));
  if (dialect !== 'draft-07' || ignored.length === 0) return true;
  const what = `JSON Schema draft-07 ignores \`${ignored.join('`, `')}\` beside $ref`;
  const fix = ignored.includes('nullable')
    ? 'write `anyOf` with the reference and `type: "null"`'
    : 'put the reference into an `allOf`';
  document.report(locate(keys), what, fix);
  return false;
}

function mayStandBesideReference(keyword: string): boolean {
  return keyword === '$ref' || keyword === 'default' || isAnnotation(keyword);
}
