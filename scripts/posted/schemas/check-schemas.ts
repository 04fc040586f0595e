import type { ErrorObject } from 'ajv';
import type { ContractDocument } from '../contract/contract-document.ts';
import { splitPointer } from '../contract/json-pointer.ts';
import { checkKeywords } from './check-keywords.ts';
import { type Compiler, compilerOf } from './compiler.ts';
import { type Definition, referencesOf } from './definitions.ts';
import { isSchemaObject, type JsonSchema, subschemasOf } from './json-schema.ts';
import type { SchemaSet } from './schema-set.ts';

/**
 * Reports whatever prevents the compilation of a contract's schemas (misspelled and unsupported keywords, wrong values,
 * errors of Ajv), and warns of every example and default that does not match its schema.
 */
export function checkSchemas(document: ContractDocument, schemas: SchemaSet): void {
  // Only well-formed schemas can be compiled, and only compiled schemas can check examples.
  if (!checkKeywords(document, schemas)) return;
  const compiler = compilerOf(schemas, 'json');
  if (!checkValues(document, schemas, compiler)) return;
  if (!checkCompilation(document, schemas, compiler, [...schemas.definitions.keys()])) return;
  // Guards for values that arrive as text are compiled with other options, which can fail on their own.
  checkCompilation(document, schemas, compilerOf(schemas, 'text'), [...schemas.textSchemas.keys()]);
  checkExamples(document, schemas, compiler);
}

/** Whether every keyword has a valid value. */
function checkValues(document: ContractDocument, schemas: SchemaSet, { ajv, schemaOf }: Compiler): boolean {
  let isValid = true;
  for (const [name, { locate }] of schemas.definitions) {
    if (ajv.validateSchema(schemaOf(name)) === true) continue;
    isValid = false;
    // Of several errors at one position, the first is the clearest.
    const messages = new Map(
      (ajv.errors ?? []).toReversed().map((error) => [error.instancePath, error.message]),
    );
    for (const [instancePath, message] of messages) {
      const pointer = locate(splitPointer(instancePath));
      document.report(pointer, `the schema is invalid: the value ${message}`, 'correct the value');
    }
  }
  return isValid;
}

/** Whether Ajv can compile the definitions. */
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
        const what = 'this schema is part of a reference cycle of too many schemas';
        document.report(locate(name), what, 'break the cycle by allowing anything (`true`) in one of them');
        return false;
      }
      failures.set(name, thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  // A definition fails together with those that it refers to. Report only those, unless they refer to each other.
  const culprits = [...failures].filter(
    ([name]) =>
      !referencesOf(schemas.definitions.get(name)?.schema ?? true).some((other) => failures.has(other)),
  );
  for (const [name, message] of culprits.length > 0 ? culprits : failures) {
    document.report(locate(name), `the schema cannot be compiled: ${message}`, 'correct the schema');
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

  function check(name: string, keys: readonly string[], kind: string, value: unknown, pointer: string): void {
    const validate = compiler.compile(name, keys);
    if (validate(value)) return;
    document.warn(
      pointer,
      `the ${kind} does not match its schema: ${describe(validate.errors?.[0])}`,
      `correct the ${kind} or the schema`,
    );
  }
}

function describe(error: ErrorObject | undefined): string {
  const subject = error?.instancePath ? error.instancePath : 'the value';
  const [detail] = Object.values(error?.params ?? {});
  return `${subject} ${error?.message ?? 'is invalid'} (${JSON.stringify(detail)})`;
}
