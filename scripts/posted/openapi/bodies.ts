import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { isSchemaObject } from '../schemas/json-schema.ts';
import type { SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import { pascalCase } from '../source/identifiers.ts';
import * as fields from './openapi-fields.ts';
import type { ResponseModel } from './rest-model.ts';

const json = 'application/json';

export function readBody(operation: ContractNode, operationId: string, schemas: SchemaSet): SchemaUse | null {
  const body = operation.get('requestBody');
  if (body === undefined) return null;
  checkFields(body, fields.requestBodyFields);
  if (body.get('required')?.value !== true) {
    body.reportAt('required', 'an optional request body is not supported', 'set `required: true`');
  }
  if (body.get('content', json) === undefined) {
    body.reportAt('content', `the request body has no ${json} content`, `describe it as ${json}`);
  }
  return readContent(body, `${pascalCase(operationId)}Body`, `body of operation ${operationId}`, schemas);
}

export function readResponses(
  operation: ContractNode,
  operationId: string,
  schemas: SchemaSet,
): readonly ResponseModel[] {
  const responses = operation.get('responses');
  if (responses?.get('200') === undefined) {
    operation.reportAt(
      'responses',
      'the operation has no 200 response',
      'describe the response to a successful request',
    );
  }
  return (responses?.entries ?? []).flatMap(([status, response]) => {
    checkFields(response, fields.responseFields);
    if (!/^(200|[45]\d\d|default)$/.test(status)) {
      const fix =
        'describe success as 200, each error with its own status from 400 to 599, and others as `default`';
      responses?.reportAt(status, `response ${status} is not supported`, fix);
      return [];
    }
    const name = `${pascalCase(operationId)}Response${status}`;
    const body = readContent(response, name, `response ${status} of operation ${operationId}`, schemas);
    return [{ status, content: body === null ? 'none' : 'json', required: requiredOf(body, schemas), body }];
  });
}

/** The names that every value of a body has, if its schema is that of an object; otherwise none. */
export function requiredOf(body: SchemaUse | null, schemas: SchemaSet): readonly string[] {
  const schema = body && schemas.resolve({ $ref: `#/definitions/${body.definition}` });
  if (!isSchemaObject(schema) || schema.type !== 'object' || !Array.isArray(schema.required)) return [];
  return schema.required.filter((name) => typeof name === 'string');
}

/** The JSON content of a request or a response; null if there is none. */
function readContent(node: ContractNode, name: string, origin: string, schemas: SchemaSet): SchemaUse | null {
  for (const [type, mediaType] of node.get('content')?.entries ?? []) {
    checkFields(mediaType, fields.mediaTypeFields);
    if (type !== json) mediaType.report(`content type ${type} is not supported`, `use only ${json}`);
  }
  const mediaType = node.get('content', json);
  const schema = mediaType?.get('schema');
  if (mediaType === undefined) return null;
  if (schema === undefined) {
    mediaType.report('the content has no schema', 'add a `schema`');
    return null;
  }
  const use = schemas.use(schema, name, origin);
  addExamples(schemas, use.definition, [], mediaType);
  return use;
}

/** Adds the `example` and the `examples` of a parameter or a media type to the examples to check. */
export function addExamples(
  schemas: SchemaSet,
  definition: string,
  keys: readonly string[],
  node: ContractNode,
): void {
  const named = (node.get('examples')?.items ?? []).map((example) => example.get('value'));
  for (const example of [node.get('example'), ...named]) {
    if (example !== undefined) {
      schemas.examples.push({ definition, keys, value: example.value, pointer: example.pointer });
    }
  }
}
