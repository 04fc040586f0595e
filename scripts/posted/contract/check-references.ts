import type { ContractDocument } from './contract-document.ts';
import { joinPointer, pointerOfReference, valueAt } from './json-pointer.ts';

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
export function checkReferences(document: ContractDocument): void {
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
