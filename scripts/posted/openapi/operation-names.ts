import type { ContractNode } from '../contract/contract-node.ts';
import { pascalCase } from '../source/identifiers.ts';

/** An operation with its path and method. */
export interface PathOperation {
  readonly path: string;
  readonly method: string;
  readonly item: ContractNode;
  readonly node: ContractNode;
}

/** The names of operations, in order: their operationIds, or else names of their methods and paths. */
export function operationNames(operations: readonly PathOperation[]): readonly string[] {
  const given = new Set<string>();
  for (const { node } of operations) {
    const operationId = node.text('operationId');
    if (operationId === '') continue;
    if (operationId === '__proto__') {
      node.reportAt('operationId', 'no member of an object can have this name', 'rename the operation');
    } else if (given.has(operationId)) {
      const what = `another operation has the operationId \`${operationId}\``;
      node.reportAt('operationId', what, 'rename one of them');
    }
    given.add(operationId);
  }
  return operations.map(({ method, path, node }) => {
    const operationId = node.text('operationId');
    if (operationId !== '') return operationId;
    const base = nameOf(method, path);
    let name = base;
    for (let number = 2; given.has(name); number += 1) name = `${base}${number}`;
    given.add(name);
    return name;
  });
}

/** `getPetsById` for GET `/pets/{id}`. */
function nameOf(method: string, path: string): string {
  const words = path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => pascalCase(segment.replaceAll(/\{([^{}]*)\}/g, ' by $1 ')));
  return `${method}${words.length === 0 ? 'Root' : words.join('')}`;
}
