import { checkParameterNames } from '../contract/addresses.ts';
import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { isSchemaObject, type SchemaObject } from '../schemas/json-schema.ts';
import type { SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import * as fields from './asyncapi-fields.ts';
import type { ChannelModel } from './contract-model.ts';
import { checkToken } from './security.ts';

/** The parameters of an address, and the defaults of those that a client may omit. */
export function readParameters(
  name: string,
  channel: ContractNode,
  address: string,
  schemas: SchemaSet,
): Pick<ChannelModel, 'parameters' | 'parameterDefaults'> {
  const parameters = channel.get('parameters')?.entries ?? [];
  checkParameterNames(channel, address, parameters);
  const parameterDefaults: Record<string, string> = {};
  for (const [parameterName, parameter] of parameters) {
    checkFields(parameter, fields.parameterFields);
    if (parameter.get('default') !== undefined) parameterDefaults[parameterName] = parameter.text('default');
  }
  if (parameters.length === 0) return { parameters: null, parameterDefaults };
  const use = schemas.useParameters(
    parameters.map(([parameterName, { value, pointer }]) => ({
      name: parameterName,
      required: true,
      schema: {
        type: 'string',
        ...pick(value, ['description', 'enum', 'examples']),
        ...Object(Object(value)[fields.parameterSchema]),
      },
      pointer,
    })),
    `${name} parameters`,
    `parameters of channel ${name}`,
  );
  return { parameters: use, parameterDefaults };
}

/** The query parameters and headers of the handshake, from the ws binding. */
export function readHandshake(
  name: string,
  channel: ContractNode,
  schemas: SchemaSet,
): Pick<ChannelModel, 'query' | 'headers' | 'headerNames'> {
  const ws = fields.wsBindings(channel);
  if (ws === undefined) return { query: null, headers: null, headerNames: [] };
  checkFields(ws, fields.wsChannelBindingFields);
  if (!['', 'GET'].includes(ws.text('method'))) {
    ws.reportAt(
      'method',
      'a WebSocket handshake is a GET request (RFC 6455 section 4.1)',
      'set `method` to GET, or remove it',
    );
  }
  const [query, headers] = [ws.get('query'), ws.get('headers')];
  const headersUse =
    headers === undefined
      ? null
      : schemas.useFromText(headers, `${name} headers`, `headers of channel ${name}`);
  const headerNames = headersUse === null ? [] : propertiesOf(headersUse, schemas);
  for (const header of headerNames) checkToken(header, 'header', headers?.get('properties', header) ?? ws);
  return {
    query:
      query === undefined
        ? null
        : schemas.useFromText(query, `${name} query`, `query of channel ${name}`, 'lists'),
    headers: headersUse,
    headerNames,
  };
}

function propertiesOf({ definition }: SchemaUse, schemas: SchemaSet): readonly string[] {
  const schema = schemas.resolve({ $ref: `#/definitions/${definition}` });
  return isSchemaObject(schema) && isSchemaObject(schema.properties) ? Object.keys(schema.properties) : [];
}

function pick(value: unknown, keys: readonly string[]): SchemaObject {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([key]) => keys.includes(key)));
}
