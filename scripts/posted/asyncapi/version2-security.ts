import type { ContractNode } from '../contract/contract-node.ts';
import { joinPointer } from '../contract/json-pointer.ts';
import type { Put } from './simplify-version2.ts';

/** What 2.x says of one alternative: the name of a scheme, and the scopes that it is asked for with. */
interface Requirement {
  /** The pointer to it in the simplified document. */
  readonly at: string;
  readonly node: ContractNode;
  readonly scheme: string;
  readonly scopes: readonly string[];
}

/**
 * In 3.0 the scopes are a part of the scheme. A scheme that is asked for with some becomes one that has them: it
 * keeps its name, unless it is asked for in several ways.
 */
export function nameRequirements(
  root: ContractNode,
  secured: readonly (readonly [at: string, node: ContractNode])[],
  put: Put,
): void {
  const requirements = secured.flatMap(([at, node]) =>
    (node.get('security')?.items ?? []).flatMap((item, index) =>
      readRequirement(joinPointer(at, 'security', index), item),
    ),
  );
  for (const { at, node, scheme, scopes } of requirements) {
    const original = root.get('components', 'securitySchemes', scheme);
    if (original === undefined || scopes.length === 0) continue;
    const ways = requirements.filter((other) => other.scheme === scheme).map((other) => String(other.scopes));
    const isOnlyWay = new Set(ways).size === 1;
    const name = isOnlyWay ? scheme : [scheme, ...scopes].join('-').replaceAll(/[^\w.-]+/g, '-');
    put(
      joinPointer('/components/securitySchemes', name),
      { ...Object(original.value), scopes },
      original.pointer,
    );
    put(at, { [name]: [] }, node.pointer);
  }
}

function readRequirement(at: string, node: ContractNode): readonly Requirement[] {
  const schemes = node.entries;
  if (schemes.length !== 1) {
    const what =
      schemes.length === 0
        ? 'security that asks for nothing'
        : 'security that asks for several schemes at a time';
    node.report(`${what} cannot be said in AsyncAPI 3`, 'name one scheme in each item of `security`');
  }
  return schemes.map(([scheme, { value }]) => ({
    at,
    node,
    scheme,
    scopes: Array.isArray(value) ? value.map(String) : [],
  }));
}
