import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { joinPointer } from '../contract/json-pointer.ts';
import type { SchemaObject } from '../schemas/json-schema.ts';
import type { NamedValue, SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import { pascalCase } from '../source/identifiers.ts';
import { addExamples } from './bodies.ts';
import { parameterFields } from './openapi-fields.ts';
import type { OpenapiUse } from './rest-model.ts';

export type ParameterLocation = 'path' | 'query' | 'header';

/** The name suffix of the object with all parameters of a location. */
export const suffixes: Readonly<Record<ParameterLocation, string>> = {
  path: 'Path',
  query: 'Query',
  header: 'Headers',
};

/** Header parameters that OpenAPI ignores. */
export const ignoredHeaders: ReadonlySet<string> = new Set(['accept', 'authorization', 'content-type']);

export interface ReadParameter {
  readonly name: string;
  readonly location: ParameterLocation;
  readonly node: ContractNode;
}

/** The parameters of an operation, including those of its path that it does not override. */
export function parametersOf(
  item: ContractNode,
  operation: ContractNode,
  use: OpenapiUse,
): readonly ReadParameter[] {
  const nodes = [...(item.get('parameters')?.items ?? []), ...(operation.get('parameters')?.items ?? [])];
  const byKey = new Map(nodes.map((node) => [`${node.text('in')} ${node.text('name')}`, node]));
  return [...byKey.values()].flatMap((node) => {
    const [name, location] = [node.text('name'), node.text('in')];
    if (use === 'server') checkFields(node, parameterFields);
    if (location !== 'path' && location !== 'query' && location !== 'header') {
      node.reportAt(
        'in',
        `a ${location} parameter is not supported`,
        'move it to the path, the query or a header',
      );
      return [];
    }
    if (use === 'server' && location === 'header' && ignoredHeaders.has(name.toLowerCase())) {
      node.report(`OpenAPI ignores a header parameter named ${name}`, 'remove it');
    }
    return [{ name, location, node }];
  });
}

/** All parameters of one location as one object. */
export function readParameters(
  parameters: readonly ReadParameter[],
  location: ParameterLocation,
  operationId: string,
  schemas: SchemaSet,
): SchemaUse | null {
  const own = parameters.filter((parameter) => parameter.location === location);
  if (own.length === 0) return null;
  const use = schemas.useParameters(
    own.map(({ name, node }) => {
      const fallback = node.get('schema', 'default');
      // Guards apply defaults before they check for required properties.
      return namedValue(name, node, node.get('required')?.value === true || fallback !== undefined);
    }),
    `${pascalCase(operationId)}${suffixes[location]}`,
    `${suffixes[location].toLowerCase()} of operation ${operationId}`,
  );
  for (const { name, node } of own) addExamples(schemas, use.definition, ['properties', name], node);
  return use;
}

/** A parameter, or a header of a response, as a property of an object. Its description replaces that of its schema. */
export function namedValue(name: string, node: ContractNode, required: boolean): NamedValue {
  const raw = node.get('schema') === undefined ? {} : node.raw('schema');
  const description = node.text('description');
  return {
    name,
    required,
    schema: { ...(raw as SchemaObject), ...(description === '' ? {} : { description }) },
    pointer: joinPointer(node.pointer, 'schema'),
  };
}
