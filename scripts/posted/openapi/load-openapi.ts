import { Validator } from '@seriousme/openapi-schema-validator';
import type { ErrorObject } from 'ajv';
import { type ContractDocument, readContract } from '../contract/contract-document.ts';
import { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, pointerOfReference, valueAt } from '../contract/json-pointer.ts';
import { checkSchemas } from '../schemas/check-schemas.ts';
import { SchemaSet } from '../schemas/schema-set.ts';
import { warnOfSlowPatterns } from '../schemas/slow-patterns.ts';
import { readOpenapi } from './read-openapi.ts';
import type { OpenapiUse, RestModel } from './rest-model.ts';

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
  const document = await readContract(file, strict);
  const root = new ContractNode(document);
  if (!/^3\.1\.\d+$/.test(root.text('openapi'))) {
    root.reportAt('openapi', 'this is not an OpenAPI 3.1 document', 'convert it, and set `openapi` to 3.1.0');
  }
  checkReferences(document);
  document.throwProblems();

  await validate(document);
  const schemas = new SchemaSet(document, '2020-12', root.get('components', 'schemas'));
  const model = readOpenapi(root, schemas, use);
  checkSchemas(document, schemas);
  await warnOfSlowPatterns(document, schemas);
  document.throwProblems();
  return { document, model, schemas, warnings: document.warnings };
}

/** Validates the document against the schema of the specification. */
async function validate(document: ContractDocument): Promise<void> {
  const validator = new Validator({ allErrors: true });
  const { valid, errors = [] } = await validator.validate(
    structuredClone(document.value) as Record<string, unknown>,
  );
  if (valid) return;
  if (typeof errors === 'string') throw new TypeError(`${document.file}: ${errors}`);
  const pointers = errors.map(pointerOf);
  for (const [index, error] of errors.entries()) {
    const pointer = pointers[index] ?? '';
    // An error inside a member also appears as errors of the member and of everything around it.
    if (pointers.some((other) => other.startsWith(`${pointer}/`)) || consequences.has(error.keyword))
      continue;
    if (error.keyword === 'unevaluatedProperties') {
      const what = 'OpenAPI 3.1 does not define this field';
      document.report(pointer, what, 'correct the spelling, or remove it');
    } else {
      const what = `the value ${error.message ?? 'is invalid'}`;
      document.report(pointer, what, 'correct it according to OpenAPI 3.1');
    }
  }
  document.throwProblems();
}

/** Keywords that only report the failure of another keyword. */
const consequences: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'if', 'oneOf']);

function pointerOf({ instancePath, keyword, params }: ErrorObject): string {
  return keyword === 'unevaluatedProperties'
    ? joinPointer(instancePath, String(params.unevaluatedProperty))
    : instancePath;
}

/** Members with arbitrary JSON, in which `$ref` has no meaning. */
const data: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'example', 'examples']);

/** Members whose keys are the author's names, so that a key can be `default` or `examples`. */
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

/** Reports each `$ref` that does not finally resolve to a value of the document. */
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
