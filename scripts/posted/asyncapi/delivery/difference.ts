import type { ContractNode } from '../../contract/contract-node.ts';
import jsonEqual from '../../schemas/json-equal.ts';
import { isAnnotation, isSchemaObject, type SchemaObject } from '../../schemas/json-schema.ts';
import { componentOf, controlParts } from './control-parts.ts';

/** Where the author's value differs from a part. */
export interface Difference {
  readonly node: ContractNode;
  readonly what: string;
}

/** The keywords whose value is a map of schemas by names, which may be those of annotations. */
const maps: ReadonlySet<string> = new Set(['properties', 'dependencies']);

/** The first difference between a part's schema and the author's that a validator would notice, or null. */
export function schemaDifference(part: unknown, node: ContractNode, isMap = false): Difference | null {
  const component = componentOf(part);
  if (component !== null) return schemaDifference(controlParts.schemas[component], node);
  if (!isSchemaObject(part) || !isSchemaObject(node.value)) {
    return areEqual(part, node.value) ? null : { node, what: `it must be ${JSON.stringify(part)}` };
  }
  const matters = (key: string): boolean => isMap || !isAnnotation(key);
  for (const [key, expected] of Object.entries(part).filter(([name]) => matters(name))) {
    const own = node.get(key);
    if (own === undefined) return { node, what: `\`${key}\` is missing` };
    const difference = schemaDifference(expected, own, !isMap && maps.has(key));
    if (difference !== null) return difference;
  }
  for (const [key, own] of node.entries.filter(([name]) => matters(name))) {
    if (!Object.hasOwn(part, key)) return { node: own, what: `it must not have \`${key}\`` };
  }
  return null;
}

/** The first difference between a control message and the author's that a frame would show, or null. */
export function messageDifference({ payload }: SchemaObject, node: ContractNode): Difference | null {
  const contentType = node.get('contentType');
  if (contentType !== undefined && contentType.value !== 'application/json') {
    return { node: contentType, what: 'it must be application/json' };
  }
  for (const field of ['headers', 'correlationId']) {
    const own = node.get(field);
    if (own !== undefined) return { node: own, what: `it must not have \`${field}\`` };
  }
  const own = node.get('payload');
  return own === undefined ? { node, what: '`payload` is missing' } : schemaDifference(payload, own);
}

/** Lists of strings, such as `required`, are equal in any order. */
function areEqual(one: unknown, other: unknown): boolean {
  return jsonEqual(inOrder(one), inOrder(other));
}

function inOrder(value: unknown): unknown {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.toSorted() : value;
}
