import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { isSchemaObject } from '../schemas/json-schema.ts';
import type { SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import { pascalCase } from '../source/identifiers.ts';
import { useContent } from './bodies.ts';
import { kindOfContent, sentType } from './content-kind.ts';
import * as fields from './openapi-fields.ts';
import type { OpenapiUse, ResponseModel } from './rest-model.ts';

/** What an operation without a successful response is taken to answer. */
const implied: ResponseModel = {
  status: '200',
  content: 'none',
  contentType: null,
  required: [],
  body: null,
};

export function readResponses(
  operation: ContractNode,
  operationId: string,
  schemas: SchemaSet,
  use: OpenapiUse,
): readonly ResponseModel[] {
  const responses = operation.get('responses');
  const models = (responses?.entries ?? []).flatMap(([status, response]): ResponseModel[] => {
    if (status.startsWith('x-')) return [];
    checkFields(response, fields.responseFields);
    if (status.startsWith('1') || (use === 'client' && status.startsWith('3'))) {
      const fix = 'the client follows no redirect, and reports such a response as an error';
      responses?.warnAt(status, `response ${status} is left out`, fix);
      return [];
    }
    if (!/^(?:[2345]\d\d|[2345]XX|default)$/.test(status)) {
      responses?.reportAt(status, `response ${status} is not supported`, 'use a status, such as 200 or 4XX');
      return [];
    }
    return [readResponse(status, response, operationId, schemas)];
  });
  if (models.some(({ status }) => /^[23]|default/.test(status))) return models;
  const what = 'the operation describes no successful response, so it has no result';
  operation.warnAt('responses', what, 'describe the response to a successful request');
  return [implied, ...models];
}

/** The names that every value of a body has, if its schema is that of an object; otherwise none. */
function requiredOf(body: SchemaUse, schemas: SchemaSet): readonly string[] {
  const schema = schemas.resolve({ $ref: `#/definitions/${body.definition}` });
  if (!isSchemaObject(schema) || schema.type !== 'object' || !Array.isArray(schema.required)) return [];
  return schema.required.filter((name) => typeof name === 'string');
}

/** Of several content types, JSON, or else the first. */
function readResponse(
  status: string,
  response: ContractNode,
  operationId: string,
  schemas: SchemaSet,
): ResponseModel {
  const contents = (response.get('content')?.entries ?? []).map(([type, mediaType]) => ({
    type,
    mediaType,
    kind: kindOfContent(type, mediaType),
  }));
  const none = { ...implied, status };
  if (contents.length === 0 || status === '204' || status === '205' || status === '304') return none;
  const chosen = contents.find(({ kind }) => kind === 'json') ?? contents[0];
  if (chosen === undefined) return none;
  const { type, mediaType, kind } = chosen;
  checkFields(mediaType, fields.mediaTypeFields);
  if (kind === 'json') {
    const name = `${pascalCase(operationId)}Response${status}`;
    const origin = `response ${status} of operation ${operationId}`;
    const body = useContent(mediaType, name, origin, schemas);
    return {
      status,
      content: 'json',
      contentType: sentType(type, kind),
      required: requiredOf(body, schemas),
      body,
    };
  }
  const isText = kind === 'text' || kind === 'xml' || kind === 'form';
  return { ...none, content: isText ? 'text' : 'binary', contentType: type };
}
