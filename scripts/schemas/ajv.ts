import { Ajv, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { joinPointer } from '../contract/json-pointer.ts';
import { isAnnotation, isSchemaObject, type JsonSchema, replaceSubschemas } from './json-schema.ts';
import type { Dialect, SchemaSet } from './schema-set.ts';

/** The key of the one document that holds every definition; `contract#/definitions/Post` is one of them. */
const documentKey = 'contract';

/** For values that arrive as text. */
export const textOptions: Options = {
  coerceTypes: true,
  useDefaults: true,
  // Ajv converts the text `Infinity`, and strict about numbers it would then skip the limits that refuse it.
  strictNumbers: false,
};

/** A strict validator of a dialect. */
export function createAjv(dialect: Dialect, options: Options = {}): Ajv {
  const ajv = new (dialect === 'draft-07' ? Ajv : Ajv2020)({
    strict: true,
    allowUnionTypes: true,
    // It refuses `required` in a part of a `oneOf` whose `properties` stand beside that; examples find the typos.
    strictRequired: false,
    // Without it a property named `constructor` would be found in every object.
    ownProperties: true,
    ...options,
  });
  addFormats.default(ajv);
  return ajv;
}

/** Adds every definition of a contract, with what is different for values that arrive as text if they do. */
export function addDefinitions(ajv: Ajv, schemas: SchemaSet, fromText: boolean): void {
  const definitions = [...schemas.definitions].map(([name, { schema }]) => [
    name,
    withoutAnnotations((fromText ? schemas.textSchemas.get(name) : undefined) ?? schema),
  ]);
  ajv.addSchema({ definitions: Object.fromEntries(definitions) }, documentKey);
}

/** The key of the schema behind `keys` in a definition. */
export function keyOfDefinition(name: string, keys: readonly string[] = []): string {
  return documentKey + encodeURI(joinPointer('#/definitions', name, ...keys));
}

/** Validators are the same whatever the contract says to people. */
function withoutAnnotations(schema: JsonSchema): JsonSchema {
  const copy = replaceSubschemas(schema, withoutAnnotations);
  if (!isSchemaObject(copy)) return copy;
  return Object.fromEntries(Object.entries(copy).filter(([keyword]) => !isAnnotation(keyword)));
}
