import type { ErrorObject } from 'ajv';
import { createCompiler } from '../schemas/compiler.ts';
import {
  type Definition,
  type Definitions,
  definitionOf,
  receivedKey,
  referencesOf,
  resolveSchema,
} from '../schemas/definitions.ts';
import jsonEqual from '../schemas/json-equal.ts';
import { isAnnotation, isSchemaObject, type JsonSchema, replaceSubschemas } from '../schemas/json-schema.ts';
import { receivedSchemas } from '../schemas/received-schemas.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import type { ReferenceTargets } from '../schemas/shapes.ts';

export type Side = 'old' | 'new';

/** The schemas of two versions of a contract under common names, compiled like those of the generated guards. */
export interface SchemaPair extends ReferenceTargets {
  /** A reference to a definition of one version. */
  schemaOf(side: Side, definition: string): JsonSchema;
  /** The schema with which clients of one version check what they receive. */
  receivedOf(side: Side, definition: string): JsonSchema;
  matches(schema: JsonSchema, value: unknown): boolean;
  /** The first error of a value that does not match; null if it does. */
  errorOf(schema: JsonSchema, value: unknown): ErrorObject | null;
}

type Schemas = ReadonlyMap<string, JsonSchema>;

/** The schemas of one version. */
export interface PairedSchemas {
  readonly schemas: SchemaSet;
  /** The definitions whose values arrive as text. */
  readonly fromText: ReadonlySet<string>;
}

/** A definition that both versions have, and that means the same in both, has one name. */
export function pairSchemas(old: PairedSchemas, current: PairedSchemas): SchemaPair {
  const sides: Readonly<Record<Side, Schemas>> = { old: schemasOf(old), new: schemasOf(current) };
  const unchanged = unchangedIn(sides.old, sides.new);
  const nameOf = (side: Side, name: string): string => (unchanged.has(name) ? name : `${side} ${name}`);
  const definitions = new Map<string, Definition>();
  for (const side of ['old', 'new'] as const) {
    for (const [name, schema] of sides[side]) {
      const renamed = rename(schema, (other) => nameOf(side, other));
      definitions.set(nameOf(side, name), { schema: renamed, origin: name, locate: () => '' });
    }
  }
  const { dialect } = current.schemas;
  const compiler = createCompiler(
    { dialect, definitions, received: new Map(), textSchemas: new Map() },
    false,
  );
  const validators = new Map<string, ReturnType<typeof compiler.compileSchema>>();
  const validatorOf = (schema: JsonSchema): ReturnType<typeof compiler.compileSchema> => {
    const key = JSON.stringify(schema);
    const validate = validators.get(key) ?? compiler.compileSchema(schema);
    validators.set(key, validate);
    return validate;
  };
  const schemaOf = (side: Side, name: string): JsonSchema => ({
    $ref: `#/definitions/${nameOf(side, name)}`,
  });
  return {
    definitions,
    schemaOf,
    receivedOf(side, definition) {
      const key = receivedKey(definition);
      return schemaOf(side, sides[side].has(key) ? key : definition);
    },
    matches(schema, value) {
      try {
        return validatorOf(schema)(value);
      } catch {
        // Ajv calls `toString` and `valueOf` of values that it compares; guards do not (json-equal.ts).
        return false;
      }
    },
    errorOf(schema, value) {
      const validate = validatorOf(schema);
      try {
        return validate(value) ? null : (validate.errors?.[0] ?? null);
      } catch {
        return null;
      }
    },
  };
}

/** All definitions and their variants for receiving clients, without what does not concern validity. */
function schemasOf({ schemas: { definitions }, fromText }: PairedSchemas): Schemas {
  const own = [...definitions].map(([name, { schema }]): [string, JsonSchema] => [
    name,
    fromText.has(name) ? withoutFilledIn(definitions, schema) : schema,
  ]);
  const received = [...definitions.keys()].flatMap((name) => [...receivedSchemas(definitions, name)]);
  return new Map([...own, ...received].map(([name, schema]) => [name, withoutAnnotations(schema)]));
}

/** Of values that arrive as text, those with a default need not be there. */
function withoutFilledIn(definitions: Definitions, schema: JsonSchema): JsonSchema {
  if (!isSchemaObject(schema) || !Array.isArray(schema.required)) return schema;
  const properties = Object(schema.properties);
  const isFilledIn = (name: string): boolean =>
    [properties[name], resolveSchema(definitions, properties[name] ?? true)].some(
      (property) => Object(property).default !== undefined,
    );
  return { ...schema, required: schema.required.filter((name: string) => !isFilledIn(name)) };
}

function withoutAnnotations(schema: JsonSchema): JsonSchema {
  const copy = replaceSubschemas(schema, withoutAnnotations);
  if (!isSchemaObject(copy)) return copy;
  return Object.fromEntries(
    Object.entries(copy).filter(([keyword]) => keyword !== 'default' && !isAnnotation(keyword)),
  );
}

/** The names whose schemas are equal in both, with all schemas that they refer to. */
function unchangedIn(old: Schemas, current: Schemas): ReadonlySet<string> {
  const same = new Set([...old.keys()].filter((name) => jsonEqual(old.get(name), current.get(name))));
  for (let size = -1; size !== same.size; ) {
    size = same.size;
    for (const name of same) {
      if (referencesOf(old.get(name) ?? true).some((other) => !same.has(other))) same.delete(name);
    }
  }
  return same;
}

function rename(schema: JsonSchema, nameOf: (name: string) => string): JsonSchema {
  const copy = replaceSubschemas(schema, (inner) => rename(inner, nameOf));
  const reference = definitionOf(copy);
  return reference === null || !isSchemaObject(copy)
    ? copy
    : { ...copy, $ref: `#/definitions/${nameOf(reference)}` };
}
