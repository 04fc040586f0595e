import type { Ajv, ErrorObject } from 'ajv';
import type { ContractDocument } from '../contract/contract-document.ts';
import { splitPointer } from '../contract/json-pointer.ts';
import { addDefinitions, createAjv, keyOfDefinition, textOptions } from './ajv.ts';
import { isAnnotation, isSchemaObject, type JsonSchema, subschemasOf } from './json-schema.ts';
import { type Definition, definitionOf, type SchemaSet } from './schema-set.ts';

/** Keywords that change what a reference means, or that other tools read in another way. */
const refused: Readonly<Record<string, string>> = {
  $anchor: 'refer to the schema by its place in components.schemas',
  $dynamicAnchor: 'refer to the schema by its place in components.schemas',
  $dynamicRef: 'use $ref',
  $id: 'refer to the schema by its place in components.schemas',
  $schema: 'remove it: the version of the contract says which JSON Schema it is',
  $vocabulary: 'remove it',
  nullable: 'say `type: [..., "null"]`',
};

/**
 * Reports what keeps a contract's schemas from being compiled (misspelt and unsupported keywords, wrong values
 * of keywords, whatever strict Ajv refuses), and every example and default that its own schema refuses.
 */
export function checkSchemas(document: ContractDocument, schemas: SchemaSet): void {
  const ajv = createAjv(schemas.dialect);
  const sound = [...schemas.definitions.values()].map((definition) =>
    checkKeywords(document, ajv, definition, definition.schema, []),
  );
  // What is not well formed cannot be compiled, and what cannot be compiled cannot check examples.
  if (sound.includes(false)) return;
  addDefinitions(ajv, schemas, false);
  if (!checkCompilation(document, schemas, ajv, [...schemas.definitions.keys()])) return;
  // Guards of values that arrive as text are compiled with other options, which have rules of their own.
  const textAjv = createAjv(schemas.dialect, textOptions);
  addDefinitions(textAjv, schemas, true);
  checkCompilation(document, schemas, textAjv, [...schemas.textSchemas.keys()]);
  checkExamples(document, schemas);
}

/** Whether every keyword is one, with a value that it can have. */
function checkKeywords(
  document: ContractDocument,
  ajv: Ajv,
  definition: Definition,
  schema: JsonSchema,
  keys: readonly string[],
): boolean {
  if (!isSchemaObject(schema)) return true;
  let sound = true;
  const report = (more: readonly string[], what: string, fix: string): void => {
    sound = false;
    document.report(definition.locate([...keys, ...more]), what, fix);
  };
  for (const keyword of Object.keys(schema)) {
    const fix = Object.hasOwn(refused, keyword) ? refused[keyword] : undefined;
    if (fix !== undefined) report([keyword], `\`${keyword}\` is not supported`, fix);
    else if (ajv.RULES.keywords[keyword] !== true && !isAnnotation(keyword)) {
      report([keyword], `\`${keyword}\` is no keyword of JSON Schema`, 'correct the spelling, or remove it');
    }
  }
  for (const [more, subschema] of subschemasOf(schema)) {
    if (!checkKeywords(document, ajv, definition, subschema, [...keys, ...more])) sound = false;
  }
  if (sound && ajv.validateSchema(schema) !== true) {
    for (const { instancePath, message } of ajv.errors ?? []) {
      report(splitPointer(instancePath), `the schema is not valid: it ${message}`, 'correct the value');
    }
  }
  return sound;
}

/** Whether strict Ajv compiles the definitions. */
function checkCompilation(
  document: ContractDocument,
  schemas: SchemaSet,
  ajv: Ajv,
  names: readonly string[],
): boolean {
  const failures = new Map<string, string>();
  for (const name of names) {
    try {
      ajv.getSchema(keyOfDefinition(name));
    } catch (thrown) {
      failures.set(name, thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  // A definition fails with those that it refers to: only they are to blame, unless they refer to each other.
  const culprits = [...failures].filter(
    ([name]) =>
      !referencesOf(schemas.definitions.get(name)?.schema ?? true).some((other) => failures.has(other)),
  );
  for (const [name, message] of culprits.length > 0 ? culprits : failures) {
    const place = /"(?:contract)?#([^"]*)"/.exec(message)?.[1] ?? '';
    const what = message.replace(/^strict mode: /, '').replace(/ (at|in schema at)( path)? "[^"]*"/, '');
    const pointer = schemas.definitions.get(name)?.locate(splitPointer(decodeURI(place))) ?? '';
    document.report(
      pointer,
      `the schema cannot be compiled: ${what}`,
      'add what is missing, or remove what is wrong',
    );
  }
  return failures.size === 0;
}

/** The definitions that a schema, or a schema in it, refers to. */
function referencesOf(schema: JsonSchema): readonly string[] {
  const own = definitionOf(schema);
  return [
    ...(own === null ? [] : [own]),
    ...subschemasOf(schema).flatMap(([, inner]) => referencesOf(inner)),
  ];
}

function checkExamples(document: ContractDocument, schemas: SchemaSet): void {
  // Strictness would ask a schema inside another for what the outer one says.
  const ajv = createAjv(schemas.dialect, { strict: false });
  addDefinitions(ajv, schemas, false);

  for (const { definition, keys, value, pointer } of schemas.examples) {
    check(definition, keys, 'example', value, pointer);
  }
  for (const [name, definition] of schemas.definitions) checkIn(name, definition, definition.schema, []);

  function checkIn(name: string, definition: Definition, schema: JsonSchema, keys: readonly string[]): void {
    if (!isSchemaObject(schema)) return;
    const examples: readonly unknown[] = Array.isArray(schema.examples) ? schema.examples : [];
    for (const [index, example] of examples.entries()) {
      check(name, keys, 'example', example, definition.locate([...keys, 'examples', String(index)]));
    }
    if (schema.default !== undefined) {
      check(name, keys, 'default', schema.default, definition.locate([...keys, 'default']));
    }
    for (const [more, subschema] of subschemasOf(schema))
      checkIn(name, definition, subschema, [...keys, ...more]);
  }

  function check(name: string, keys: readonly string[], what: string, value: unknown, pointer: string): void {
    const validate = ajv.getSchema(keyOfDefinition(name, keys));
    if (validate === undefined || validate(value)) return;
    const problem = describe(validate.errors?.[0]);
    document.report(
      pointer,
      `the ${what} is not what its schema says: ${problem}`,
      `mend the ${what} or the schema`,
    );
  }
}

function describe(error: ErrorObject | undefined): string {
  const place = error?.instancePath ? error.instancePath : 'the value';
  const [detail] = Object.values(error?.params ?? {});
  return `${place} ${error?.message ?? 'is wrong'} (${JSON.stringify(detail)})`;
}
