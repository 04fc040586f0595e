import type { ContractDocument } from '../contract/contract-document.ts';
import { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, setAt, valueAt } from '../contract/json-pointer.ts';
import { isAnnotation } from '../schemas/json-schema.ts';
import { nameRequirements } from './version2-security.ts';

/** Puts something into the simplified document, and says where in the author's it comes from. */
export type Put = (pointer: string, value: unknown, origin: string) => void;

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
