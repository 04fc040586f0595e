import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { isSchemaObject, type JsonSchema } from '../schemas/json-schema.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { pascalCase } from '../source/identifiers.ts';
import { addExamples } from './bodies.ts';
import { responseHeaderFields } from './openapi-fields.ts';
import { namedValue } from './parameters.ts';
import type { HeaderType, RestOperationModel } from './rest-model.ts';

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
): ResponseHeaders {
  const responses = operation.get('responses')?.entries ?? [];
  const own = responses.filter(([status]) => status.startsWith('2'));
  const successes = own.length > 0 ? own : responses.filter(([status]) => /^3|default/.test(status));
  const all = successes.map(([, response]) => response.get('headers')?.entries ?? []);
  const described = new Map(all.flat());
  for (const header of described.values()) checkFields(header, responseHeaderFields);
  const headers = [...described].filter(
    ([name]) => name.toLowerCase() !== commonHeader && !ownHeaders.has(name.toLowerCase()),
  );
  if (headers.length === 0)
    return { responseHeaders: null, responseHeaderNames: [], responseHeaderTypes: new Map() };
  const headersUse = schemas.useValues(
    headers.map(([name, header]) => {
      // Each of several responses may have headers of its own.
      const isInAll = all.every((entries) => entries.some(([other]) => other === name));
      return namedValue(name, header, isInAll && header.get('required')?.value === true);
    }),
    `${pascalCase(operationId)}ResponseHeaders`,
    `headers of response ${successes.map(([status]) => status).join(', ')} of operation ${operationId}`,
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
