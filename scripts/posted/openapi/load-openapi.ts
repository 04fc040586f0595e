import { Validator } from '@seriousme/openapi-schema-validator';
import type { ErrorObject } from 'ajv';
import { type ContractDocument, readContract } from '../contract/contract-document.ts';
import { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, pointerOfReference, valueAt } from '../contract/json-pointer.ts';
import { checkSchemas } from '../schemas/check-schemas.ts';
import { SchemaSet } from '../schemas/schema-set.ts';
import { readOpenapi } from './read-openapi.ts';
import type { RestModel } from './rest-model.ts';

export interface LoadedOpenapi {
  readonly document: ContractDocument;
  readonly model: RestModel;
  readonly schemas: SchemaSet;
  readonly warnings: readonly string[];
}

interface OpenapiOptions {
  /** Whether warnings are problems. */
  readonly strict?: boolean;
}

/**
 * Reads and checks an OpenAPI document.
 *
 * @throws GenerationError with all that the first step to fail has found
 */
export async function loadOpenapi(
  file: string,
  { strict = false }: OpenapiOptions = {},
): Promise<LoadedOpenapi> {
  const document = await readContract(file, strict);
  const root = new ContractNode(document);
  if (!/^3\.1\.\d+$/.test(root.text('openapi'))) {
    root.reportAt('openapi', 'this is no OpenAPI 3.1 document', 'convert it to `openapi: 3.1.0`');
  }
  checkReferences(document);
  document.throwProblems();

  await validate(document);
  const schemas = new SchemaSet(document, '2020-12', root.get('components', 'schemas'));
  const model = readOpenapi(root, schemas);
  checkSchemas(document, schemas);
  document.throwProblems();
  return { document, model, schemas, warnings: document.warnings };
}

/** Holds the document against the specification's own schema. */
async function validate(document: ContractDocument): Promise<void> {
  const validator = new Validator({ allErrors: true });
  const { valid, errors = [] } = await validator.validate(
    structuredClone(document.value) as Record<string, unknown>,
  );
  if (valid) return;
  if (typeof errors === 'string') throw new TypeError(`${document.file}: ${errors}`);
  const places = errors.map(placeOf);
  for (const [index, error] of errors.entries()) {
    const place = places[index] ?? '';
    // What is wrong inside a member makes the member, and all around it, look wrong too.
    if (places.some((other) => other.startsWith(`${place}/`)) || consequences.has(error.keyword)) continue;
    const what = error.keyword === 'unevaluatedProperties' ? 'is not known' : (error.message ?? 'is wrong');
    document.report(place, `it ${what}`, 'change it to what OpenAPI 3.1 allows there');
  }
  document.throwProblems();
}

/** Keywords that only say that another one did not hold. */
const consequences: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'if', 'oneOf']);

function placeOf({ instancePath, keyword, params }: ErrorObject): string {
  return keyword === 'unevaluatedProperties'
    ? joinPointer(instancePath, String(params.unevaluatedProperty))
    : instancePath;
}

/** Members whose value is anybody's JSON, in which `$ref` means nothing. */
const data: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'example', 'examples']);

/** Members whose keys are names of the contract's author, so that one may be called `default` or `examples`. */
const named: ReadonlySet<string> = new Set([
  '$defs',
  'channels',
  'definitions',
  'dependentSchemas',
  'messages',
  'operations',
  'parameters',
  'paths',
  'patternProperties',
  'properties',
  'responses',
  'schemas',
]);

/** Reports each `$ref` of a contract in one file that does not lead, in the end, to a value of that file. */
function checkReferences(document: ContractDocument): void {
  visit(document.value, '', '');

  function visit(value: unknown, pointer: string, key: string): void {
    if (typeof value !== 'object' || value === null) return;
    if ('$ref' in value && typeof value.$ref === 'string') {
      checkReference(document, joinPointer(pointer, '$ref'), value.$ref);
    }
    for (const [childKey, child] of Object.entries(value)) {
      if (data.has(childKey) && !named.has(key)) continue;
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
      const what = `$ref ${JSON.stringify(next)} leads out of this document`;
      document.report(pointer, what, "copy what it refers to into this document's components");
      return;
    }
    const value = valueAt(document.value, target);
    if (value === undefined || seen.has(target)) {
      const what = value === undefined ? 'refers to nothing' : 'leads back to itself';
      document.report(
        pointer,
        `$ref ${JSON.stringify(reference)} ${what}`,
        'correct the pointer, or add its target',
      );
      return;
    }
    seen.add(target);
    next = typeof value === 'object' && value !== null && '$ref' in value ? value.$ref : undefined;
  }
}
