import type { ContractDocument } from '../contract/contract-document.ts';
import { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, setAt, valueAt } from '../contract/json-pointer.ts';
import { isAnnotation } from '../schemas/json-schema.ts';

/** Puts something into the simplified document, and says where in the author's it comes from. */
type Put = (pointer: string, value: unknown, origin: string) => void;

/**
 * An AsyncAPI 2.x document without what the official converter loses on the way to 3.0: channels that are
 * references, schemas of parameters that are, and the names of security schemes that are asked for with scopes.
 * What 3.0 cannot say at all is reported.
 */
export function simplifyVersion2(document: ContractDocument): ContractDocument {
  const value = structuredClone(document.value);
  const moved = new Map<string, string>();
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
      if (!isComponent) putParameter(put, joinPointer(at, 'parameters', name), parameter);
    }
    for (const [action, operation] of channel.entries) {
      if (action === 'publish' || action === 'subscribe') secured.push([joinPointer(at, action), operation]);
    }
  }
  for (const [, parameter] of entriesOf(components, 'parameters')) {
    putParameter(put, parameter.pointer, parameter);
  }
  nameRequirements(root, secured, put);
  Reflect.deleteProperty(Object(valueAt(value, '/components')), 'channels');
  return document.become(value, moved);
}

/** Since 3.0 every parameter is text, and all that can be said of its values is which there are. */
function putParameter(put: Put, at: string, parameter: ContractNode): void {
  const schema = parameter.get('schema');
  const { description, location } = membersOf(parameter);
  const { enum: values, const: only, default: fallback, examples, ...others } = membersOf(schema);
  const listed = only === undefined ? values : [only];
  const texts = { enum: listed, default: fallback && [fallback], examples };
  const simple = Object.entries(texts).flatMap(([key, list]) =>
    Array.isArray(list) ? [[key, list.map(String)]] : [],
  );
  put(
    at,
    JSON.parse(JSON.stringify({ description: description ?? others.description, location })),
    parameter.pointer,
  );
  if (schema === undefined) return;
  put(joinPointer(at, 'schema'), Object.fromEntries(simple), schema.pointer);
  const lost = Object.keys(others).filter(
    (keyword) => !isAnnotation(keyword) && !(keyword === 'type' && others.type === 'string'),
  );
  if (lost.length === 0) return;
  schema.warn(
    `\`${lost.join('`, `')}\` of a parameter means nothing since AsyncAPI 3, where parameters are text`,
    'list the values as `enum`, or check them in the handler',
  );
}

function membersOf(node: ContractNode | undefined): Readonly<Record<string, unknown>> {
  return node === undefined ? {} : Object.fromEntries(node.entries.map(([key, { value }]) => [key, value]));
}

function entriesOf(node: ContractNode | undefined, key: string): ContractNode['entries'] {
  return node?.get(key)?.entries ?? [];
}

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
