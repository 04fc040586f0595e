import type { ErrorObject, ValidateFunction } from 'ajv';
import type { ContractDocument } from '../contract/contract-document.ts';
import { splitPointer } from '../contract/json-pointer.ts';
import { checkKeywords } from './check-keywords.ts';
import { type Compiler, compilerOf } from './compiler.ts';
import { type Definition, referencesOf } from './definitions.ts';
import jsonEqual from './json-equal.ts';
import {
  isSchemaObject,
  type JsonSchema,
  replaceSubschemas,
  type SchemaObject,
  subschemasOf,
} from './json-schema.ts';
import type { SchemaSet } from './schema-set.ts';

/**
 * Reports what keeps a contract's schemas from being compiled (misspelt and unsupported keywords, wrong values
 * of keywords, whatever Ajv refuses), and warns of every example and default that its own schema refuses.
 */
export function checkSchemas(document: ContractDocument, schemas: SchemaSet): void {
  // What is not well formed cannot be compiled, and what cannot be compiled cannot check examples.
  if (!checkKeywords(document, schemas)) return;
  const compiler = compilerOf(schemas, 'json');
  if (!checkValues(document, schemas, compiler)) return;
  if (!checkCompilation(document, schemas, compiler, [...schemas.definitions.keys()])) return;
  // Guards of values that arrive as text are compiled with other options, which have rules of their own.
  checkCompilation(document, schemas, compilerOf(schemas, 'text'), [...schemas.textSchemas.keys()]);
  checkExamples(document, schemas, compiler);
}

/** Whether every keyword has a value that it can have. */
function checkValues(document: ContractDocument, schemas: SchemaSet, { ajv, schemaOf }: Compiler): boolean {
  let sound = true;
  for (const [name, { locate }] of schemas.definitions) {
    if (ajv.validateSchema(numbered(schemaOf(name))) === true) continue;
    sound = false;
    // The first that is said of a place is the plainest.
    const places = new Map(
      (ajv.errors ?? []).toReversed().map((error) => [error.instancePath, error.message]),
    );
    for (const [place, message] of places) {
      const pointer = locate(splitPointer(place));
      document.report(pointer, `the schema is not valid: it ${message}`, 'correct the value');
    }
  }
  return sound;
}

/** The same with numbers for what `enum` lists: Ajv calls `toString` and `valueOf` of what it compares. */
function numbered(schema: SchemaObject): SchemaObject {
  const { enum: values } = schema;
  const copy = replaceSubschemas(schema, (inner) => (isSchemaObject(inner) ? numbered(inner) : inner));
  if (!Array.isArray(values)) return Object(copy);
  return {
    ...Object(copy),
    enum: values.map((value) => values.findIndex((other) => jsonEqual(other, value))),
  };
}

/** Whether Ajv compiles the definitions. */
function checkCompilation(
  document: ContractDocument,
  schemas: SchemaSet,
  compiler: Compiler,
  names: readonly string[],
): boolean {
  const locate = (name: string): string => schemas.definitions.get(name)?.locate([]) ?? '';
  const failures = new Map<string, string>();
  for (const name of names) {
    try {
      compiler.compile(name);
    } catch (thrown) {
      if (thrown instanceof RangeError) {
        const what = 'a circle of too many schemas begins here, each with a part that is the next';
        document.report(locate(name), what, 'allow anything (`true`) in one of them, to open the circle');
        return false;
      }
      failures.set(name, thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  // A definition fails with those that it refers to: only they are to blame, unless they refer to each other.
  const culprits = [...failures].filter(
    ([name]) =>
      !referencesOf(schemas.definitions.get(name)?.schema ?? true).some((other) => failures.has(other)),
  );
  for (const [name, message] of culprits.length > 0 ? culprits : failures) {
    document.report(
      locate(name),
      `the schema cannot be compiled: ${message}`,
      'add what is missing, or remove what is wrong',
    );
  }
  return failures.size === 0;
}

function checkExamples(document: ContractDocument, schemas: SchemaSet, compiler: Compiler): void {
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
    const problem = faultOf(compiler.compile(name, keys), value);
    if (problem === null) return;
    document.warn(
      pointer,
      `the ${what} is not what its schema says: ${problem}`,
      `mend the ${what} or the schema`,
    );
  }
}

function faultOf(validate: ValidateFunction, value: unknown): string | null {
  try {
    return validate(value) ? null : describe(validate.errors?.[0]);
  } catch {
    // Ajv calls `toString` and `valueOf` of what it compares; guards do not (json-equal.ts).
    return 'a property is called as what every object of JavaScript has';
  }
}

function describe(error: ErrorObject | undefined): string {
  const place = error?.instancePath ? error.instancePath : 'the value';
  const [detail] = Object.values(error?.params ?? {});
  return `${place} ${error?.message ?? 'is wrong'} (${JSON.stringify(detail)})`;
}
