import type { ContractDocument } from '../contract/contract-document.ts';
import { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, setAt, valueAt } from '../contract/json-pointer.ts';
import { isAnnotation, type SchemaObject } from '../schemas/json-schema.ts';

/** Sets a value in the simplified document, and records its origin in the author's document. */
type Put = (pointer: string, value: unknown, origin: string) => void;

export interface SimpleVersion2 {
  readonly document: ContractDocument;
  /** The schemas of parameters that say more than AsyncAPI 3.0 can, by the pointers of the parameters. */
  readonly parameterSchemas: ReadonlyMap<string, SchemaObject>;
}

/**
 * Rewrites what the official converter would lose of an AsyncAPI 2.x document: channels and parameter schemas that are
 * references, and the names of security schemes with scopes. Reports what AsyncAPI 3.0 cannot express.
 */
export function simplifyVersion2(document: ContractDocument): SimpleVersion2 {
  const value = structuredClone(document.value);
  const moved = new Map<string, string>();
  const parameterSchemas = new Map<string, SchemaObject>();
  const put: Put = (pointer, content, origin) => {
    setAt(value, pointer, structuredClone(content));
    moved.set(pointer, origin);
  };
  const root = new ContractNode(document);
  const components = root.get('components');
  const secured = [...entriesOf(root, 'servers'), ...entriesOf(components, 'servers')].map(
    ([, server]) => [server.pointer, server] as const,
  );

  for (const [address, channel] of entriesOf(root, 'channels')) {
    const at = joinPointer('/channels', address);
    put(at, channel.value, channel.pointer);
    for (const [name, parameter] of entriesOf(channel, 'parameters')) {
      const isComponent = parameter.pointer !== joinPointer(channel.pointer, 'parameters', name);
      if (!isComponent) putParameter(put, parameterSchemas, joinPointer(at, 'parameters', name), parameter);
    }
    for (const [action, operation] of channel.entries) {
      if (action === 'publish' || action === 'subscribe') secured.push([joinPointer(at, action), operation]);
    }
  }
  for (const [, parameter] of entriesOf(components, 'parameters')) {
    putParameter(put, parameterSchemas, parameter.pointer, parameter);
  }
  nameRequirements(root, secured, put);
  Reflect.deleteProperty(Object(valueAt(value, '/components')), 'channels');
  return { document: document.transform(value, moved), parameterSchemas };
}

/** Since AsyncAPI 3.0, parameters are strings, and their values can only be listed. Everything else goes to `schemas`. */
function putParameter(
  put: Put,
  schemas: Map<string, SchemaObject>,
  at: string,
  parameter: ContractNode,
): void {
  const schema = parameter.get('schema');
  const { description, location } = membersOf(parameter);
  const { enum: values, const: only, default: fallback, examples, ...others } = membersOf(schema);
  const listed = only === undefined ? values : [only];
  const texts = { enum: listed, examples };
  const simple = Object.entries(texts).flatMap(([key, list]) =>
    Array.isArray(list) ? [[key, list.map(String)]] : [],
  );
  if (fallback !== undefined) {
    simple.push(['default', typeof fallback === 'string' ? fallback : JSON.stringify(fallback)]);
  }
  put(
    at,
    JSON.parse(JSON.stringify({ description: description ?? others.description, location })),
    parameter.pointer,
  );
  if (schema === undefined) return;
  put(joinPointer(at, 'schema'), Object.fromEntries(simple), schema.pointer);
  const isMore = Object.keys(others).some(
    (keyword) => !isAnnotation(keyword) && !(keyword === 'type' && others.type === 'string'),
  );
  if (!isMore) return;
  const enumerated = listed === undefined ? {} : { enum: listed };
  schemas.set(at, { ...others, ...enumerated, ...(examples === undefined ? {} : { examples }) });
}

function membersOf(node: ContractNode | undefined): Readonly<Record<string, unknown>> {
  return node === undefined ? {} : Object.fromEntries(node.entries.map(([key, { value }]) => [key, value]));
}

function entriesOf(node: ContractNode | undefined, key: string): ContractNode['entries'] {
  return node?.get(key)?.entries ?? [];
}

/** A security requirement of 2.x: the name of a scheme, and the required scopes. */
interface Requirement {
  /** Its pointer in the simplified document. */
  readonly at: string;
  readonly node: ContractNode;
  readonly scheme: string;
  readonly scopes: readonly string[];
}

/**
 * Moves scopes into the security schemes, where AsyncAPI 3.0 has them. A scheme keeps its name, unless it is required
 * with different scopes.
 */
function nameRequirements(
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
    const scopeLists = requirements
      .filter((other) => other.scheme === scheme)
      .map((other) => String(other.scopes));
    const isUnique = new Set(scopeLists).size === 1;
    const name = isUnique ? scheme : [scheme, ...scopes].join('-').replaceAll(/[^\w.-]+/g, '-');
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
      schemes.length === 0 ? 'an empty security requirement' : 'a security requirement with several schemes';
    node.report(`AsyncAPI 3 cannot express ${what}`, 'name one scheme in each item of `security`');
  }
  return schemes.map(([scheme, { value }]) => ({
    at,
    node,
    scheme,
    scopes: Array.isArray(value) ? value.map(String) : [],
  }));
}
