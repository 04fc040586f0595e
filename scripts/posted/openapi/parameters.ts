import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { joinPointer } from '../contract/json-pointer.ts';
import type { SchemaObject } from '../schemas/json-schema.ts';
import type { SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import { pascalCase } from '../source/identifiers.ts';
import { addExamples } from './bodies.ts';
import { parameterFields } from './openapi-fields.ts';

type ParameterPlace = 'path' | 'query' | 'header';

/** What the object of all parameters of a place is called. */
const suffixes: Readonly<Record<ParameterPlace, string>> = {
  path: 'Path',
  query: 'Query',
  header: 'Headers',
};

/** OpenAPI says that such a parameter has no effect. */
const ignoredHeaders: ReadonlySet<string> = new Set(['accept', 'authorization', 'content-type']);

interface ReadParameter {
  readonly name: string;
  readonly place: ParameterPlace;
  readonly node: ContractNode;
}

/** The parameters of an operation, with those of its path that it does not describe anew. */
export function parametersOf(item: ContractNode, operation: ContractNode): readonly ReadParameter[] {
  const nodes = [...(item.get('parameters')?.items ?? []), ...(operation.get('parameters')?.items ?? [])];
  const byKey = new Map(nodes.map((node) => [`${node.text('in')} ${node.text('name')}`, node]));
  return [...byKey.values()].flatMap((node) => {
    const [name, place] = [node.text('name'), node.text('in')];
    checkFields(node, parameterFields);
    if (place !== 'path' && place !== 'query' && place !== 'header') {
      node.reportAt(
        'in',
        `a parameter in ${place} is not supported`,
        'put it into the path, the query or a header',
      );
      return [];
    }
    if (place === 'header' && ignoredHeaders.has(name.toLowerCase())) {
      node.report(`OpenAPI ignores a parameter for the header ${name}`, 'remove it');
    }
    return [{ name, place, node }];
  });
}

/** All parameters of one place as one object. */
export function readParameters(
  parameters: readonly ReadParameter[],
  place: ParameterPlace,
  operationId: string,
  schemas: SchemaSet,
): SchemaUse | null {
  const own = parameters.filter((parameter) => parameter.place === place);
  if (own.length === 0) return null;
  const use = schemas.useParameters(
    own.map(({ name, node }) => {
      const schema = node.get('schema');
      const raw = schema === undefined ? {} : node.raw('schema');
      const description = node.text('description');
      const fallback = schema?.get('default');
      return {
        name,
        // A guard fills the default in before it looks for what is required.
        required: node.get('required')?.value === true || fallback !== undefined,
        schema: { ...(raw as SchemaObject), ...(description === '' ? {} : { description }) },
        pointer: joinPointer(node.pointer, 'schema'),
      };
    }),
    `${pascalCase(operationId)}${suffixes[place]}`,
    `${suffixes[place].toLowerCase()} of operation ${operationId}`,
  );
  for (const { name, node } of own) addExamples(schemas, use.definition, ['properties', name], node);
  return use;
}
