import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { joinPointer } from '../contract/json-pointer.ts';
import { type Dialect, definitionOf, referencesOf } from './definitions.ts';
import {
  isAnnotation,
  isSchemaObject,
  type JsonSchema,
  replaceSubschemas,
  type SchemaObject,
} from './json-schema.ts';
import { unicodePattern } from './pattern.ts';
import type { SchemaSet } from './schema-set.ts';

/** Ajv, with every definition of a contract. */
export interface Compiler {
  readonly ajv: Ajv;
  /** The definitions that have been compiled, each after those that it refers to. */
  readonly compiled: ReadonlySet<string>;
  /** The key under which Ajv knows the schema behind `keys` in a definition. */
  readonly keyOf: (definition: string, keys?: readonly string[]) => string;
  /** What Ajv was given. */
  readonly schemaOf: (definition: string) => SchemaObject;
  /**
   * Compiles a schema, after those that it refers to: Ajv's stack would not hold a long chain of them.
   *
   * @throws Error where Ajv cannot compile it
   */
  readonly compile: (definition: string, keys?: readonly string[]) => ValidateFunction;
}

/** For values that arrive as text. */
const textOptions: Options = {
  coerceTypes: true,
  useDefaults: true,
  // Ajv converts the text `Infinity`, and strict about numbers it would then skip the limits that refuse it.
  strictNumbers: false,
};

/** Ajv, with the keywords and formats of a dialect. */
export function createAjv(dialect: Dialect, options: Options = {}): Ajv {
  const ajv = new (dialect === 'draft-07' ? Ajv : Ajv2020)({
    // What strict Ajv refuses beyond JSON Schema, check-keywords.ts refuses or warns of, with a better message.
    strictSchema: false,
    strictTypes: false,
    strictTuples: false,
    logger: false,
    // Without it a property named `constructor` would be found in every object.
    ownProperties: true,
    ...options,
  });
  addFormats.default(ajv);
  return ajv;
}

const compilers = {
  json: new WeakMap<SchemaSet, Compiler>(),
  text: new WeakMap<SchemaSet, Compiler>(),
};

/**
 * The compiler of a contract whose definitions are complete; for values that arrive as text, with what is
 * different for them. It is made once: what has been compiled to be checked is not compiled again.
 */
export function compilerOf(schemas: SchemaSet, values: 'json' | 'text'): Compiler {
  const known = compilers[values].get(schemas);
  if (known !== undefined) return known;
  const compiler = createCompiler(schemas, values === 'text');
  compilers[values].set(schemas, compiler);
  return compiler;
}

function createCompiler(schemas: SchemaSet, fromText: boolean): Compiler {
  const code = { source: true, esm: true, lines: true };
  const options: Options = { code, validateSchema: false, inlineRefs: inlinedKeywords };
  const ajv = createAjv(schemas.dialect, { ...options, ...(fromText ? textOptions : {}) });
  // Names of definitions are no URIs: Ajv gets keys instead. Each definition is a schema of its own, which is
  // compiled once, whoever refers to it.
  const all = new Map([
    ...[...schemas.definitions].map(([name, { schema }]): [string, JsonSchema] => [name, schema]),
    ...schemas.received,
  ]);
  const keys = new Map([...all.keys()].map((name, index) => [name, `definition${index}`]));
  const keyOf = (definition: string, path: readonly string[] = []): string =>
    `${keys.get(definition)}${path.length === 0 ? '' : `#${path.map(fragmentOf).join('')}`}`;
  const prepared = new Map(
    [...all].map(([name, schema]) => {
      const own = fromText ? schemas.textSchemas.get(name) : undefined;
      return [name, toAjvSchema(own ?? schema, keyOf)];
    }),
  );
  for (const [name, schema] of prepared) ajv.addSchema(schemaObjectOf(schema), keyOf(name));
  const [begun, compiled] = [new Set<string>(), new Set<string>()];
  const prepare = (definition: string): void => {
    if (begun.has(definition)) return;
    begun.add(definition);
    for (const other of referencesOf(all.get(definition) ?? true)) prepare(other);
    ajv.getSchema(keyOf(definition));
    compiled.add(definition);
  };
  const compile = (definition: string, path?: readonly string[]): ValidateFunction => {
    prepare(definition);
    const validate = ajv.getSchema(keyOf(definition, path));
    if (validate === undefined) throw new TypeError(`There is no ${definition} ${path?.join(' ')}.`);
    return validate;
  };
  const schemaOf = (definition: string): SchemaObject => schemaObjectOf(prepared.get(definition) ?? true);
  return { ajv, compiled, keyOf, schemaOf, compile };
}

/** Ajv adds no boolean schemas. */
function schemaObjectOf(schema: JsonSchema): SchemaObject {
  if (typeof schema === 'object') return schema;
  return schema ? {} : { not: {} };
}

/** A schema of fewer keywords is compiled into every one that refers to it, which saves a call at run time. */
const inlinedKeywords = 6;

function fragmentOf(key: string): string {
  return encodeURI(joinPointer('', key)).replaceAll(/[#?]/g, encodeURIComponent);
}

/** Validators are the same whatever the contract says to people. */
function toAjvSchema(schema: JsonSchema, keyOf: Compiler['keyOf']): JsonSchema {
  const copy = replaceSubschemas(schema, (inner) => toAjvSchema(inner, keyOf));
  if (!isSchemaObject(copy)) return copy;
  const { pattern } = copy;
  const reference = definitionOf(copy);
  const entries = Object.entries({
    ...copy,
    ...(typeof pattern === 'string' ? { pattern: unicodePattern(pattern) } : {}),
    ...(reference === null ? {} : { $ref: keyOf(reference) }),
  });
  return Object.fromEntries(entries.filter(([keyword]) => !isAnnotation(keyword)));
}
