import { Validator } from '@seriousme/openapi-schema-validator';
import type { ErrorObject } from 'ajv';
import { type ContractDocument, readContract } from '../contract/contract-document.ts';
import { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, pointerOfReference, valueAt } from '../contract/json-pointer.ts';
import { checkSchemas } from '../schemas/check-schemas.ts';
import { compilerOf } from '../schemas/compiler.ts';
import { SchemaSet } from '../schemas/schema-set.ts';
import { warnOfSlowPatterns } from '../schemas/slow-patterns.ts';
import { isExtension, isLiteral } from './literal-members.ts';
import { readOpenapi } from './read-openapi.ts';
import type { OpenapiUse, RestModel } from './rest-model.ts';
import { upgradeOpenapi } from './upgrade-openapi.ts';

export interface LoadedOpenapi {
  readonly document: ContractDocument;
  readonly model: RestModel;
  readonly schemas: SchemaSet;
  readonly warnings: readonly string[];
}

interface OpenapiOptions {
  /** Whether warnings count as problems. */
  readonly strict?: boolean;
  /** Default: `server`. */
  readonly use?: OpenapiUse;
}

/**
 * Reads and checks an OpenAPI document.
 *
 * @throws GenerationError with all problems that the first failed step found
 */
export async function loadOpenapi(
  file: string,
  { strict = false, use = 'server' }: OpenapiOptions = {},
): Promise<LoadedOpenapi> {
  const written = await readContract(file, strict);
  const version = new ContractNode(written).text('openapi');
  if (!/^3\.[012]\.\d+(?:-\w+)?$/.test(version)) {
    const fix = 'convert it, and set `openapi` to 3.1.0';
    written.report('/openapi', 'this is not an OpenAPI 3.0, 3.1 or 3.2 document', fix);
  }
  checkReferences(written);
  written.throwProblems();

  const is30 = version.startsWith('3.0');
  await validate(written, `OpenAPI ${version.slice(0, 3)}`);
  const document = is30 ? upgradeOpenapi(written) : written;
  const root = new ContractNode(document);
  const schemas = new SchemaSet(document, '2020-12', root.get('components', 'schemas'));
  const model = readOpenapi(root, schemas, use);
  checkSchemas(document, schemas);
  await warnOfSlowPatterns(document, schemas);
  document.throwProblems();
  warnOfRefusedKeys(document, model, schemas);
  document.throwProblems();
  return { document, model, schemas, warnings: document.warnings };
}

/** An idempotency key as clients create it. */
const createdKey = '4f6c1c1e-8f6b-4a0e-9d37-8a4e0f3b9f10';

function warnOfRefusedKeys(document: ContractDocument, { operations }: RestModel, schemas: SchemaSet): void {
  const compiler = compilerOf(schemas, 'json');
  for (const { idempotencyKey, headers } of operations) {
    if (idempotencyKey === null || headers === null) continue;
    const keys = ['properties', idempotencyKey];
    if (compiler.compile(headers.definition, keys)(createdKey)) continue;
    const pointer = schemas.definitions.get(headers.definition)?.locate(keys) ?? '';
    const what = 'the schema of the idempotency key refuses the UUIDs that clients create';
    document.warn(pointer, what, 'allow UUIDs, or pass a key to every call');
  }
}

/** Validates the document against the schema of the specification. */
async function validate(document: ContractDocument, specification: string): Promise<void> {
  const validator = new Validator({ allErrors: true });
  const { valid, errors = [] } = await validator.validate(
    checkedCopy(document.value, '') as Record<string, unknown>,
  );
  if (valid) return;
  if (typeof errors === 'string') {
    document.report('', errors, `correct it according to ${specification}`);
    document.throwProblems();
    return;
  }
  const pointers = errors.map(pointerOf);
  for (const [index, error] of errors.entries()) {
    const pointer = pointers[index] ?? '';
    // An error inside a member also appears as errors of the member and of everything around it.
    if (pointers.some((other) => other.startsWith(`${pointer}/`)) || consequences.has(error.keyword))
      continue;
    if (isDocumentation(pointer)) {
      document.warn(
        pointer,
        `the value ${error.message ?? 'is invalid'}`,
        `correct it according to ${specification}`,
      );
    } else if (unknownField(error) !== undefined) {
      const what = `${specification} does not define this field`;
      document.report(pointer, what, 'correct the spelling, or remove it');
    } else {
      const what = `the value ${error.message ?? 'is invalid'}`;
      document.report(pointer, what, `correct it according to ${specification}`);
    }
  }
  document.throwProblems();
}

/**
 * A copy without extensions, which may have references of other tools, and without `$id`, which the validator takes for that
 * of a schema even if it is the name of a property or part of an example.
 */
function checkedCopy(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((item) => checkedCopy(item, ''));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([childKey, child]) =>
      isExtension(childKey, key) || childKey === '$id' ? [] : [[childKey, checkedCopy(child, childKey)]],
    ),
  );
}

/** What no generated code depends on. */
function isDocumentation(pointer: string): boolean {
  return (
    /^\/(?:info\/.|tags\/|externalDocs)|\/externalDocs(?:\/|$)/.test(pointer) &&
    !/^\/info\/(?:title|version)$/.test(pointer)
  );
}

/** Keywords that only report the failure of another keyword. */
const consequences: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'if', 'oneOf']);

function pointerOf(error: ErrorObject): string {
  const field = unknownField(error);
  return field === undefined ? error.instancePath : joinPointer(error.instancePath, field);
}

/** The field that the specification does not define; the schema of 3.0 says so in another way. */
function unknownField({ keyword, params }: ErrorObject): string | undefined {
  if (keyword === 'unevaluatedProperties') return String(params.unevaluatedProperty);
  return keyword === 'additionalProperties' ? String(params.additionalProperty) : undefined;
}

/** Reports each `$ref` that does not finally resolve to a value of the document. */
function checkReferences(document: ContractDocument): void {
  visit(document.value, '', '');

  function visit(value: unknown, pointer: string, key: string): void {
    if (typeof value !== 'object' || value === null) return;
    if ('$ref' in value && typeof value.$ref === 'string') {
      checkReference(document, joinPointer(pointer, '$ref'), value.$ref);
    }
    for (const [childKey, child] of Object.entries(value)) {
      // Extensions belong to other tools, whose references may lead anywhere.
      if (isLiteral(childKey, key) || isExtension(childKey, key)) continue;
      visit(child, joinPointer(pointer, childKey), childKey);
    }
  }
}

function checkReference(document: ContractDocument, pointer: string, reference: string): void {
  const seen = new Set<string>();
  let next: unknown = reference;
  while (typeof next === 'string') {
    const target = pointerOfReference(next);
    if (target === null) {
      const what = `$ref ${JSON.stringify(next)} refers to another document`;
      document.report(pointer, what, "copy the target into this document's components");
      return;
    }
    const value = valueAt(document.value, target);
    if (value === undefined || seen.has(target)) {
      const [what, fix] =
        value === undefined
          ? ['has no target', 'correct the reference, or add its target']
          : ['refers to itself', 'break the cycle'];
      document.report(pointer, `$ref ${JSON.stringify(reference)} ${what}`, fix);
      return;
    }
    seen.add(target);
    next = typeof value === 'object' && value !== null && '$ref' in value ? value.$ref : undefined;
  }
}
