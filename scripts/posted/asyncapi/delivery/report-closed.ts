import type { ContractNode } from '../../contract/contract-node.ts';

/** The keywords whose schemas apply to the same object. */
const inPlace = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else'];

/** The keywords that can refuse a property that is among `properties`. */
const closing = ['maxProperties', 'patternProperties', 'propertyNames'];

/** Reports where a schema refuses a property even if it is added to its `properties`. Returns whether it does. */
export function reportClosed(schema: ContractNode, property: string): boolean {
  const closed = findClosed(schema, true, new Set());
  if (closed === null) return false;
  const [node, keyword] = closed;
  node.reportAt(
    keyword,
    `\`${keyword}\` refuses the property \`${property}\` that x-delivery adds`,
    'remove it, or close only the outermost schema, with `additionalProperties: false`',
  );
  return true;
}

function findClosed(
  node: ContractNode,
  isOutermost: boolean,
  seen: Set<string>,
): readonly [ContractNode, keyword: string] | null {
  if (seen.has(node.pointer)) return null;
  seen.add(node.pointer);
  const additional = node.get('additionalProperties')?.value;
  if (!isOutermost && additional !== undefined && additional !== true) return [node, 'additionalProperties'];
  const keyword = closing.find((candidate) => node.get(candidate) !== undefined);
  if (keyword !== undefined) return [node, keyword];
  for (const name of inPlace) {
    const inner = node.get(name);
    const schemas = inner === undefined ? [] : Array.isArray(inner.value) ? inner.items : [inner];
    for (const each of schemas) {
      const closed = findClosed(each, false, seen);
      if (closed !== null) return closed;
    }
  }
  return null;
}
