import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import next from 'ajv/dist/vocabularies/next.js';
import unevaluated from 'ajv/dist/vocabularies/unevaluated/index.js';
import addFormats from 'ajv-formats';
import { joinPointer } from '../contract/json-pointer.ts';
import { correctAjv, correctCode } from './correct-ajv.ts';
import { addDecimalKeyword } from './decimal-keyword.ts';
import { type Dialect, definitionOf, referencesOf } from './definitions.ts';
import {
  isAnnotation,
  isSchemaObject,
  type JsonSchema,
  replaceSubschemas,
  type SchemaObject,
  subschemasOf,
} from './json-schema.ts';
import { unicodePattern } from './pattern.ts';
import { laterKeywords } from './schema-formats.ts';
import type { SchemaSet } from './schema-set.ts';

/** Ajv with every definition of a contract. */
export interface Compiler {
  readonly ajv: Ajv;
  /** The compiled definitions, each after those that it refers to. */
  readonly compiled: ReadonlySet<string>;
  /** Ajv's key of the schema at `keys` in a definition. */
  readonly keyOf: (definition: string, keys?: readonly string[]) => string;
  /** The schema of a definition, as Ajv received it. */
  readonly schemaOf: (definition: string) => SchemaObject;
  /**
   * Compiles a schema after those that it refers to, because a long chain would overflow Ajv's stack.
   *
   * @throws Error if Ajv cannot compile it
   */
  readonly compile: (definition: string, keys?: readonly string[]) => ValidateFunction;
  /** Compiles a schema that is not a definition but may refer to some. */
  readonly compileSchema: (schema: JsonSchema) => ValidateFunction;
}

/** The schemas that a compiler needs to know. */
export type CompiledSchemas = Pick<SchemaSet, 'dialect' | 'definitions' | 'received' | 'textSchemas'>;

/** For values that arrive as text. */
const textOptions: Options = {
  useDefaults: true,
  // Ajv converts the text `Infinity` to a number. With strict numbers, it would skip the limits that reject it.
  strictNumbers: false,
};

/** Ajv with the keywords and formats of a dialect. */
export function createAjv(dialect: Dialect, options: Options = {}): Ajv {
  const ajv = new (dialect === 'draft-07' ? Ajv : Ajv2020)({
    // check-keywords.ts replaces Ajv's strict mode, with better messages.
    strictSchema: false,
    strictTypes: false,
    strictTuples: false,
    logger: false,
    // Otherwise every object would have a property named `constructor`.
    ownProperties: true,
    ...options,
    code: { ...options.code, process: correctCode },
  });
  if (dialect === 'draft-07' && options.unevaluated === true) {
    ajv.addVocabulary(next.default);
    ajv.addVocabulary(unevaluated.default);
  }
  addFormats.default(ajv);
  correctAjv(ajv);
  return ajv;
}

const compilers = {
  json: new WeakMap<SchemaSet, Compiler>(),
  text: new WeakMap<SchemaSet, Compiler>(),
};

/**
 * The compiler of a contract with complete definitions, for JSON values or for values that arrive as text. It is cached,
 * so that checking and generating compile each schema once.
 */
export function compilerOf(schemas: SchemaSet, values: 'json' | 'text'): Compiler {
  const known = compilers[values].get(schemas);
  if (known !== undefined) return known;
  const compiler = createCompiler(schemas, values === 'text');
  compilers[values].set(schemas, compiler);
  return compiler;
}

/** `compilerOf` without the cache. */
export function createCompiler(schemas: CompiledSchemas, fromText: boolean): Compiler {
  // Names of definitions need not be URIs, so Ajv gets keys instead. Each definition is a separate schema and compiled
  // once, however many schemas refer to it.
  const all = new Map([
    ...[...schemas.definitions].map(([name, { schema }]): [string, JsonSchema] => [name, schema]),
    ...schemas.received,
  ]);
  const code = { source: true, esm: true, lines: true };
  const options: Options = { code, validateSchema: false, inlineRefs: inlinedKeywords };
  // Only lists need it: a parameter that occurs once is a list with one element then.
  const coerceTypes = [...schemas.textSchemas.values()].some(hasLists) ? 'array' : true;
  const ajv = createAjv(schemas.dialect, {
    ...options,
    ...([...all.values()].some(hasLaterKeywords) ? { next: true, unevaluated: true } : {}),
    ...(fromText ? { ...textOptions, coerceTypes } : {}),
  });
  if (fromText) addDecimalKeyword(ajv);
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
  const [started, compiled] = [new Set<string>(), new Set<string>()];
  const prepare = (definition: string): void => {
    if (started.has(definition)) return;
    started.add(definition);
    for (const other of referencesOf(all.get(definition) ?? true)) prepare(other);
    ajv.getSchema(keyOf(definition));
    compiled.add(definition);
  };
  const compile = (definition: string, path?: readonly string[]): ValidateFunction => {
    prepare(definition);
    const validate = ajv.getSchema(keyOf(definition, path));
    if (validate === undefined)
      throw new TypeError(`No schema exists at ${[definition, ...(path ?? [])].join('/')}.`);
    return validate;
  };
  const schemaOf = (definition: string): SchemaObject => schemaObjectOf(prepared.get(definition) ?? true);
  const compileSchema = (schema: JsonSchema): ValidateFunction => {
    for (const other of referencesOf(schema)) prepare(other);
    return ajv.compile(schemaObjectOf(toAjvSchema(schema, keyOf)));
  };
  return { ajv, compiled, keyOf, schemaOf, compile, compileSchema };
}

function hasLists({ properties }: SchemaObject): boolean {
  return Object.values(Object(properties)).some((property) => Object(property).type === 'array');
}

function hasLaterKeywords(schema: JsonSchema): boolean {
  return (
    Object.keys(Object(schema)).some((keyword) => laterKeywords.has(keyword)) ||
    subschemasOf(schema).some(([, inner]) => hasLaterKeywords(inner))
  );
}

/** Ajv does not accept boolean schemas here. */
function schemaObjectOf(schema: JsonSchema): SchemaObject {
  if (typeof schema === 'object') return schema;
  return schema ? {} : { not: {} };
}

/** Schemas with fewer keywords are inlined, which saves calls at run time. */
const inlinedKeywords = 6;

function fragmentOf(key: string): string {
  return encodeURI(joinPointer('', key)).replaceAll(/[#?]/g, encodeURIComponent);
}

/** Omits annotations, so that validators change only with what they check. */
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
