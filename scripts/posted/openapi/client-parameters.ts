import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { isSchemaObject } from '../schemas/json-schema.ts';
import type { SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import { pascalCase } from '../source/identifiers.ts';
import { clientParameterFields } from './openapi-fields.ts';
import {
  ignoredHeaders,
  namedValue,
  type ParameterLocation,
  type ReadParameter,
  suffixes,
} from './parameters.ts';

/** What clients support of parameters: scalars and lists in the default serialization. */

/** The parameters of an operation, without the headers that OpenAPI ignores. */
export function checkClientParameters(parameters: readonly ReadParameter[]): readonly ReadParameter[] {
  return parameters.filter((parameter) => {
    const { name, location, node } = parameter;
    checkFields(node, clientParameterFields);
    checkSerialization(node, location);
    return location !== 'header' || !ignoredHeaders.has(name.toLowerCase());
  });
}

function checkSerialization(node: ContractNode, location: ParameterLocation): void {
  const isForm = location === 'query';
  const style = node.text('style');
  const explode = node.get('explode')?.value;
  const fix = 'remove it: only the default serialization is supported';
  if (style !== '' && style !== (isForm ? 'form' : 'simple')) {
    node.reportAt('style', `\`style: ${style}\` is not supported`, fix);
  }
  // Without a list, it has no effect.
  if (explode !== undefined && explode !== isForm && node.get('schema', 'items') !== undefined) {
    node.reportAt('explode', `\`explode: ${isForm ? 'false' : 'true'}\` of a list is not supported`, fix);
  }
}

/** All parameters of one location as one object. */
export function readClientParameters(
  parameters: readonly ReadParameter[],
  location: ParameterLocation,
  operationId: string,
  schemas: SchemaSet,
): SchemaUse | null {
  const own = parameters.filter((parameter) => parameter.location === location);
  if (own.length === 0) return null;
  const use = schemas.useValues(
    own.map(({ name, node }) => namedValue(name, node, node.get('required')?.value === true)),
    `${pascalCase(operationId)}${suffixes[location]}`,
    `${suffixes[location].toLowerCase()} of operation ${operationId}`,
  );
  for (const { name, node } of own) {
    const schema = node.get('schema');
    if (schema === undefined) continue;
    const { properties = {}, type } = Object(schema.value);
    if (type === 'object' || (isSchemaObject(properties) && Object.keys(properties).length > 0)) {
      node.reportAt(
        'schema',
        `the parameter ${name} is an object, which is not supported`,
        'use scalars or lists',
      );
    }
  }
  return use;
}
