import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { isSchemaObject, type JsonSchema } from '../schemas/json-schema.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { pascalCase } from '../source/identifiers.ts';
import { addExamples } from './bodies.ts';
import { responseHeaderFields } from './openapi-fields.ts';
import { namedValue } from './parameters.ts';
import type { HeaderType, OpenapiUse, RestOperationModel } from './rest-model.ts';

type ResponseHeaders = Pick<
  RestOperationModel,
  'responseHeaders' | 'responseHeaderNames' | 'responseHeaderTypes'
>;

/** The server sets these headers itself. OpenAPI ignores the first (OpenAPI 3.1, Response Object). */
const ownHeaders: ReadonlySet<string> = new Set(['content-type', 'content-length']);

/** Every response has it: it is described for readers, and no handler sets it. */
const commonHeader = 'x-request-id';

/** The headers of an operation's successful response, which its handler sets, as one object. */
export function readResponseHeaders(
  operation: ContractNode,
  operationId: string,
  schemas: SchemaSet,
  use: OpenapiUse,
): ResponseHeaders {
  const statuses = operation.get('responses')?.entries.map(([status]) => status) ?? [];
  const success = use === 'server' ? '200' : (statuses.find((status) => status.startsWith('2')) ?? '200');
  const described = operation.get('responses', success, 'headers')?.entries ?? [];
  const headers = described.filter(
    ([name]) =>
      name.toLowerCase() !== commonHeader && (use === 'server' || !ownHeaders.has(name.toLowerCase())),
  );
  for (const [name, header] of described) {
    checkFields(header, responseHeaderFields);
    if (use === 'server' && ownHeaders.has(name.toLowerCase())) {
      header.report(`the server sets the response header ${name} itself`, 'remove it');
    }
  }
  if (headers.length === 0)
    return { responseHeaders: null, responseHeaderNames: [], responseHeaderTypes: new Map() };
  const headersUse = schemas.useResponseHeaders(
    headers.map(([name, header]) => namedValue(name, header, header.get('required')?.value === true)),
    `${pascalCase(operationId)}ResponseHeaders`,
    `headers of response ${success} of operation ${operationId}`,
  );
  for (const [name, header] of headers)
    addExamples(schemas, headersUse.definition, ['properties', name], header);
  const { definition } = headersUse;
  return {
    responseHeaders: headersUse,
    responseHeaderNames: headers.map(([name]) => name),
    responseHeaderTypes: new Map(headers.map(([name]) => [name, typeOf(schemas, definition, name)])),
  };
}

function typeOf(schemas: SchemaSet, definition: string, name: string): HeaderType {
  const headers = schemas.resolve({ $ref: `#/definitions/${definition}` });
  const { properties } = headers as { readonly properties: Readonly<Record<string, JsonSchema>> };
  const schema = schemas.resolve(properties[name] ?? true);
  const type = isSchemaObject(schema) ? schema.type : undefined;
  if (type === 'integer') return 'number';
  return type === 'number' || type === 'boolean' ? type : 'string';
}
