import type { ContractNode } from '../../contract/contract-node.ts';
import { joinPointer } from '../../contract/json-pointer.ts';
import { isSchemaObject, type SchemaObject } from '../../schemas/json-schema.ts';
import { pascalCase } from '../../source/identifiers.ts';
import type { DurableChannel } from './check-delivery.ts';
import { choiceParameters } from './choice-parameters.ts';
import { controlParts } from './control-parts.ts';
import type { DeliveryDraft, OwnValue } from './delivery-draft.ts';
import { schemaDifference } from './difference.ts';
import { reportClosed } from './report-closed.ts';

/** The name of the query parameter in the part. */
const sinceParameter = 'since';

const conditional = ['if', 'then', 'else'];

/** Adds the query parameters of a durable channel to its ws binding. */
export function addQuery(draft: DeliveryDraft, durable: DurableChannel): void {
  const { name, channel, node } = durable;
  const typeName = pascalCase(name);
  const bindings = memberOf(draft, { pointer: channel.pointer, origin: channel }, 'bindings', node);
  const ws = memberOf(draft, bindings, 'ws', node, { method: 'GET', bindingVersion: '0.1.0' });
  const part = queryPart(durable);
  if (channel.get('bindings', 'ws', 'query') !== undefined) {
    const query = draft.own(ws, 'query', { component: `${typeName}Query` });
    merge(draft, durable, part, query);
    return;
  }
  const parameters = Object.entries(Object(part.properties)).map(([parameter, schema]) => [
    parameter,
    parameterOf(draft, durable, parameter, schema),
  ]);
  const value = { ...part, properties: Object.fromEntries(parameters) };
  const reference = draft.addSchema([`${typeName}Query`, `${typeName}DeliveryQuery`], value, node);
  draft.set(joinPointer(ws.pointer, 'query'), reference, node);
}

/** A member of the author's, or a new one. */
function memberOf(
  draft: DeliveryDraft,
  parent: OwnValue,
  key: string,
  node: ContractNode,
  added: object = {},
): OwnValue {
  if (parent.origin.get(key) !== undefined) return draft.own(parent, key);
  const pointer = joinPointer(parent.pointer, key);
  draft.set(pointer, added, node);
  // An object without members, whose own members are all new.
  return { pointer, origin: parent.origin.get(key) ?? node };
}

/** The schema of the query parameters, which refers to parts. */
function queryPart({ delivery }: DurableChannel): SchemaObject {
  const part = renamed(controlParts.query, delivery.resume) as SchemaObject;
  const choices = choiceParameters(delivery).map(({ query, schema }) => [query, schema]);
  return { ...part, properties: { ...Object.fromEntries(choices), ...Object(part.properties) } };
}

/** The schema of a query parameter, or a reference to a component with it. */
function parameterOf(
  draft: DeliveryDraft,
  { name, node, delivery }: DurableChannel,
  parameter: string,
  schema: unknown,
): unknown {
  const choice = choiceParameters(delivery).find(({ query }) => query === parameter);
  if (choice === undefined) return draft.withComponents(schema, node);
  const { component } = choice;
  return draft.component('schemas', component, node, choice.schema, `${pascalCase(name)}${component}`);
}

/** Replaces the name of the query parameter, as a key and as a value. */
function renamed(part: unknown, name: string): unknown {
  if (part === sinceParameter) return name;
  if (Array.isArray(part)) return part.map((item) => renamed(item, name));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, child]) => [key === sinceParameter ? name : key, renamed(child, name)]),
  );
}

function merge(draft: DeliveryDraft, durable: DurableChannel, part: SchemaObject, query: OwnValue): void {
  const { node } = durable;
  const { pointer, origin } = query;
  const { value } = origin;
  if (!isSchemaObject(value) || (value.type !== undefined && value.type !== 'object')) {
    const fix = 'use `type: object` and `properties`';
    origin.report('x-delivery cannot add query parameters to this schema', fix);
    return;
  }
  const required = Array.isArray(value.required) ? value.required : [];
  for (const [name, schema] of Object.entries(Object(part.properties))) {
    const own = origin.get('properties', name);
    if (own === undefined) {
      if (reportClosed(origin, name)) return;
      const reference = parameterOf(draft, durable, name, schema);
      draft.set(joinPointer(pointer, 'properties', name), reference, node);
    } else if (required.includes(name)) {
      const what = `the query parameter \`${name}\` cannot be required, because x-delivery makes it optional`;
      origin.reportAt('required', what, 'remove it from `required`');
    } else reportDifference(`the query parameter \`${name}\``, schema, own);
  }
  for (const [name, others] of Object.entries(Object(part.dependencies))) {
    const own = origin.get('dependencies', name);
    if (own === undefined) draft.set(joinPointer(pointer, 'dependencies', name), others, node);
    else reportDifference(`the dependency of \`${name}\``, others, own);
  }
  addCondition(draft, part, query, node);
}

/** Adds `if` and `then`, inside `allOf` if the author's schema has its own. */
function addCondition(
  draft: DeliveryDraft,
  part: SchemaObject,
  { pointer, origin }: OwnValue,
  node: ContractNode,
): void {
  const condition = Object.entries(part).filter(([keyword]) => conditional.includes(keyword));
  const isKnown = [origin, ...(origin.get('allOf')?.items ?? [])].some((schema) =>
    condition.every(([keyword, value]) => {
      const own = schema.get(keyword);
      return own !== undefined && schemaDifference(value, own) === null;
    }),
  );
  if (isKnown) return;
  if (conditional.every((keyword) => origin.get(keyword) === undefined)) {
    for (const [keyword, value] of condition) draft.set(joinPointer(pointer, keyword), value, node);
    return;
  }
  const count = origin.get('allOf')?.items.length ?? 0;
  if (count === 0) draft.set(joinPointer(pointer, 'allOf'), [], node);
  draft.set(joinPointer(pointer, 'allOf', count), Object.fromEntries(condition), node);
}

function reportDifference(what: string, part: unknown, own: ContractNode): void {
  const difference = schemaDifference(part, own);
  difference?.node.report(
    `${what} differs from that of x-delivery: ${difference.what}`,
    'rename it, or remove it: x-delivery adds its own',
  );
}
