import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import type { SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import { pascalCase } from '../source/identifiers.ts';
import { addExamples, requiredOf } from './bodies.ts';
import * as fields from './openapi-fields.ts';
import type { ResponseModel } from './rest-model.ts';

/** What clients support of bodies: any JSON in both directions, and text in responses. */

const jsonType = /^application\/(?:[^;\s]+\+)?json\s*(?:;|$)/i;
const textType = /^text\//i;

interface ClientBody {
  readonly body: SchemaUse | null;
  /** The content type of the request; null without a body. */
  readonly contentType: string | null;
}

export function readClientBody(operation: ContractNode, operationId: string, schemas: SchemaSet): ClientBody {
  const body = operation.get('requestBody');
  if (body === undefined) return { body: null, contentType: null };
  checkFields(body, fields.requestBodyFields);
  const content = body.get('content');
  const [type, mediaType] = (content?.entries ?? []).find(([name]) => jsonType.test(name)) ?? [];
  if (type === undefined || mediaType === undefined) {
    body.reportAt(
      'content',
      'a request body without JSON is not supported',
      'describe it as application/json',
    );
    return { body: null, contentType: null };
  }
  const name = `${pascalCase(operationId)}Body`;
  return { body: readJson(mediaType, name, `body of operation ${operationId}`, schemas), contentType: type };
}

export function readClientResponses(
  operation: ContractNode,
  operationId: string,
  schemas: SchemaSet,
): readonly ResponseModel[] {
  const responses = operation.get('responses');
  const models = (responses?.entries ?? []).flatMap(([status, response]): ResponseModel[] => {
    if (/^[13]/.test(status)) {
      const fix = 'the client follows no redirect, and reports such a response as an error';
      responses?.warnAt(status, `response ${status} is left out`, fix);
      return [];
    }
    checkFields(response, fields.responseFields);
    if (!/^(?:[245]\d\d|[245]XX|default)$/.test(status)) {
      responses?.reportAt(status, `response ${status} is not supported`, 'use a status, such as 200 or 4XX');
      return [];
    }
    return [readResponse(status, response, operationId, schemas)];
  });
  if (!models.some(({ status }) => status.startsWith('2') || status === 'default')) {
    const fix = 'describe the response to a successful request';
    operation.reportAt('responses', 'the operation has no response with a status from 200 to 299', fix);
  }
  return models;
}

function readResponse(
  status: string,
  response: ContractNode,
  operationId: string,
  schemas: SchemaSet,
): ResponseModel {
  const contents = response.get('content')?.entries ?? [];
  const [, json] = contents.find(([type]) => jsonType.test(type)) ?? [];
  if (json !== undefined) {
    const name = `${pascalCase(operationId)}Response${status}`;
    const origin = `response ${status} of operation ${operationId}`;
    const body = readJson(json, name, origin, schemas);
    return { status, content: 'json', required: requiredOf(body, schemas), body };
  }
  const [[type] = []] = contents;
  if (type === undefined) return { status, content: 'none', required: [], body: null };
  if (!contents.some(([one]) => textType.test(one))) {
    response.reportAt('content', `content type ${type} is not supported`, 'use JSON or text');
  }
  return { status, content: 'text', required: [], body: null };
}

function readJson(
  mediaType: ContractNode,
  name: string,
  origin: string,
  schemas: SchemaSet,
): SchemaUse | null {
  checkFields(mediaType, fields.mediaTypeFields);
  const schema = mediaType.get('schema');
  if (schema === undefined) {
    mediaType.report('the content has no schema', 'add a `schema`');
    return null;
  }
  const use = schemas.use(schema, name, origin);
  addExamples(schemas, use.definition, [], mediaType);
  return use;
}
