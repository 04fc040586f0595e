import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { joinPointer } from '../contract/json-pointer.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from '../schemas/json-schema.ts';
import type { NamedValue, SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import { pascalCase } from '../source/identifiers.ts';
import { addExamples } from './bodies.ts';
import { parameterFields } from './openapi-fields.ts';
import {
  defaultStyles,
  explodesByDefault,
  type ParameterFormatModel,
  type ParameterLocation,
  structureOf,
} from './parameter-format.ts';
import type { OpenapiUse } from './rest-model.ts';

/** The name suffix of the object with all parameters of a location. */
const suffixes: Readonly<Record<ParameterLocation, string>> = {
  path: 'Path',
  query: 'Query',
  header: 'Headers',
  cookie: 'Cookies',
};

/** Header parameters that OpenAPI ignores. */
const ignoredHeaders: ReadonlySet<string> = new Set(['accept', 'authorization', 'content-type']);

export interface ReadParameter {
  readonly name: string;
  readonly location: ParameterLocation;
  readonly node: ContractNode;
}

/** The parameters of an operation, including those of its path that it does not override. */
export function parametersOf(item: ContractNode, operation: ContractNode): readonly ReadParameter[] {
  const nodes = [...(item.get('parameters')?.items ?? []), ...(operation.get('parameters')?.items ?? [])];
  const byKey = new Map(nodes.map((node) => [`${node.text('in')} ${node.text('name')}`, node]));
  return [...byKey.values()].flatMap((node) => {
    const [name, location] = [node.text('name'), node.text('in')];
    checkFields(node, parameterFields);
    if (location === 'querystring') {
      node.warn('`in: querystring` is left out', 'describe each value with `in: query`');
      return [];
    }
    if (location !== 'path' && location !== 'query' && location !== 'header' && location !== 'cookie')
      return [];
    return location === 'header' && ignoredHeaders.has(name.toLowerCase()) ? [] : [{ name, location, node }];
  });
}

/** All parameters of one location as one object. */
export function readParameters(
  parameters: readonly ReadParameter[],
  location: ParameterLocation,
  operationId: string,
  schemas: SchemaSet,
  use: OpenapiUse,
): SchemaUse | null {
  const own = parameters.filter((parameter) => parameter.location === location);
  if (own.length === 0) return null;
  const values = own.map(({ name, node }) => {
    // Guards of servers apply defaults before they check for required properties.
    const isFilledIn = use === 'server' && defaultOf(node) !== undefined;
    return namedValue(name, node, node.get('required')?.value === true || isFilledIn);
  });
  const definition = `${pascalCase(operationId)}${suffixes[location]}`;
  const origin = `${suffixes[location].toLowerCase()} of operation ${operationId}`;
  const schemaUse =
    use === 'server'
      ? schemas.useStructured(values, definition, origin)
      : schemas.useValues(values, definition, origin);
  for (const { name, node } of own) {
    // The examples of another serialization are text.
    if (node.get('content') === undefined)
      addExamples(schemas, schemaUse.definition, ['properties', name], node);
  }
  return schemaUse;
}

/** The default of a parameter's schema. */
export function defaultOf(node: ContractNode): unknown {
  return schemaHolder(node).get('schema', 'default')?.value;
}

/** A parameter, or a header of a response, as a property of an object. Its description replaces that of its schema. */
export function namedValue(name: string, node: ContractNode, required: boolean): NamedValue {
  const holder = schemaHolder(node);
  const raw = holder.get('schema') === undefined ? {} : holder.raw('schema');
  const description = node.text('description');
  return {
    name,
    required,
    schema: { ...(raw as SchemaObject), ...(description === '' ? {} : { description }) },
    pointer: joinPointer(holder.pointer, 'schema'),
  };
}

/** The object with the schema of a parameter: itself, or the media type of its content. */
function schemaHolder(node: ContractNode): ContractNode {
  const [[, mediaType] = []] = node.get('content')?.entries ?? [];
  return node.get('schema') === undefined && mediaType !== undefined ? mediaType : node;
}

/** How the values of the parameters of a location are written, by name, if they are not single values in the default style. */
export function formatsOf(
  parameters: readonly ReadParameter[],
  location: ParameterLocation,
  use: SchemaUse | null,
  schemas: SchemaSet,
): ReadonlyMap<string, ParameterFormatModel> {
  const properties = propertiesOf(use, schemas);
  const formats = parameters
    .filter((parameter) => parameter.location === location)
    .map(({ name, node }): [string, ParameterFormatModel] => {
      const style = node.text('style') || defaultStyles[location];
      const explode = node.get('explode')?.value;
      const [[contentType] = []] = node.get('content')?.entries ?? [];
      const structure = structureOf(schemas, properties[name] ?? true);
      const as = contentType === undefined ? structure.as : /json/i.test(contentType) ? 'json' : 'value';
      const isExploded = typeof explode === 'boolean' ? explode : explodesByDefault(style);
      const isRequired = node.get('required')?.value === true;
      return [name, { ...structure, as, style, explode: isExploded, isRequired }];
    });
  // Browsers send more cookies than those of the contract, so each is named.
  return new Map(
    formats.filter(
      ([, { as, style }]) =>
        location === 'cookie' || as !== 'value' || style === 'label' || style === 'matrix',
    ),
  );
}

/** The properties of the object that a use describes. */
export function propertiesOf(
  use: SchemaUse | null,
  schemas: SchemaSet,
): Readonly<Record<string, JsonSchema>> {
  const schema = use === null ? true : schemas.resolve({ $ref: `#/definitions/${use.definition}` });
  const properties = isSchemaObject(schema) ? schema.properties : undefined;
  return isSchemaObject(properties) ? (properties as Readonly<Record<string, JsonSchema>>) : {};
}
