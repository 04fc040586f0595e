import { parameterNamesOf } from '../contract/addresses.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { joinPointer } from '../contract/json-pointer.ts';
import type { SchemaObject } from '../schemas/json-schema.ts';
import { parameterSchema } from './asyncapi-fields.ts';

/** A value to write at a pointer of the document. */
export type Edit = readonly [pointer: string, value: unknown];

/**
 * Moves the query of an address, such as `/ws?token={token}`, to the ws binding, where AsyncAPI has it. An address that is
 * not of this form stays, and is refused later.
 */
export function splitQuery(channel: ContractNode): readonly Edit[] {
  const address = channel.text('address');
  const [, path = '', query = ''] = /^([^?#]*)\?([^?#]*)$/.exec(address) ?? [];
  const pairs = query.split('&').map((pair) => /^([^=]+)=(?:\{([^{}]+)\}|([^{}]*))$/.exec(pair));
  if (pairs.some((pair) => pair === null)) return [];
  const properties: Record<string, SchemaObject> = {};
  const required: string[] = [];
  for (const [, name = '', parameter, text] of pairs.filter((pair) => pair !== null)) {
    const schema = parameter === undefined ? { type: 'string', const: text } : schemaOf(channel, parameter);
    properties[name] = schema;
    if (schema.default === undefined) required.push(name);
  }
  channel.warnAt(
    'address',
    'an address has no query',
    `write \`address: ${path}\`, and describe ${Object.keys(properties).join(', ')} in \`bindings.ws.query\``,
  );
  return [
    [joinPointer(channel.pointer, 'address'), path],
    [joinPointer(channel.pointer, 'bindings'), withQuery(channel, { properties, required })],
    ...remainingParameters(channel, path),
  ];
}

/** The schema of a query parameter that is described as a parameter of the address. */
function schemaOf(channel: ContractNode, name: string): SchemaObject {
  const {
    description,
    enum: values,
    default: preset,
    [parameterSchema]: own,
  } = Object(channel.get('parameters', name)?.value);
  const known = { description, enum: values, default: preset };
  const given = Object.entries(known).filter(([, value]) => value !== undefined);
  return { type: 'string', ...Object.fromEntries(given), ...Object(own) };
}

interface Query {
  readonly properties: Readonly<Record<string, SchemaObject>>;
  readonly required: readonly string[];
}

/** The bindings of a channel with more query parameters. Those that the binding has already stay as they are. */
function withQuery(channel: ContractNode, { properties, required }: Query): SchemaObject {
  const bindings = Object(channel.get('bindings')?.value);
  const ws = Object(channel.get('bindings', 'ws')?.value);
  const query = Object(channel.get('bindings', 'ws', 'query')?.value);
  return {
    ...bindings,
    ws: {
      ...ws,
      query: {
        type: 'object',
        ...query,
        properties: { ...properties, ...query.properties },
        required: [...new Set([...required, ...(query.required ?? [])])],
      },
    },
  };
}

/** The parameters that the path has. */
function remainingParameters(channel: ContractNode, path: string): readonly Edit[] {
  const parameters = channel.get('parameters');
  if (parameters === undefined) return [];
  const names = new Set(parameterNamesOf(path));
  const kept = Object.entries(Object(parameters.value)).filter(([name]) => names.has(name));
  return [[joinPointer(channel.pointer, 'parameters'), Object.fromEntries(kept)]];
}
