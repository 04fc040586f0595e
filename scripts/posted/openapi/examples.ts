import type { ContractNode } from '../contract/contract-node.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';

/** Adds what a parameter or a media type gives as `example` or `examples` of its schema. */
export function addExamples(
  schemas: SchemaSet,
  definition: string,
  keys: readonly string[],
  node: ContractNode,
): void {
  const named = (node.get('examples')?.items ?? []).map((example) => example.get('value'));
  for (const example of [node.get('example'), ...named]) {
    if (example !== undefined) {
      schemas.examples.push({ definition, keys, value: example.value, pointer: example.pointer });
    }
  }
}
