import type { SchemaUse } from '../schemas/schema-set.ts';
import { limitsProperty } from '../source/limits-source.ts';
import { preamble } from '../source/preamble.ts';
import {
  docComment,
  enclose,
  generatedFrom,
  type ImportExtension,
  propertyKey,
  separate,
  stringLiteral,
  ts,
} from '../source/typescript-source.ts';
import { extraProperties } from './render-extras.ts';
import { bodyAlternatives, hasPlainBody } from './request-types.ts';
import { type ResponseModel, type RestModel, type RestOperationModel, successesOf } from './rest-model.ts';

/** Renders operations.ts: a descriptor of every REST operation. */
export function renderOperations(model: RestModel, extension: ImportExtension): string {
  const table = model.operations.map((operation) => descriptor(model, operation));
  const source = table.join('\n');
  const imported = ['BinaryContent', 'HandlerTypes', 'OperationDescriptor'].filter(
    (name) => name === 'OperationDescriptor' || table.map(withoutComments).join('\n').includes(name),
  );
  return ts`
    ${preamble(model, 'typescript')}
    import type { ${imported.join(', ')} } from 'posted/rest';
    ${/\bmodels\./.test(source) ? `import type * as models from './models.${extension}';` : null}
    ${source.includes('validators.') ? `import * as validators from './validators.${extension}';` : null}

    /** Every operation of the REST API, by operationId. */
    export const operations = {
      ${table}
    } as const satisfies Record<string, OperationDescriptor>;

  `;
}

/** Renders handlers.ts: the handler that each operation requires. */
export function renderHandlers(model: RestModel, extension: ImportExtension): string {
  const { operations } = model;
  const handlers = operations.map(handler);
  const source = handlers.join('\n');
  const contexts = ['BinaryContent', 'Caller', 'OptionalCaller', 'RequestContext'].filter((name) =>
    new RegExp(`\\b${name}\\b`).test(handlers.map(withoutComments).join('\n')),
  );
  const secured = operations.some(({ security }) => security.length > 0);
  return ts`
    ${preamble(model, 'typescript')}
    ${contexts.length === 0 ? null : `import type { ${contexts.join(', ')} } from 'posted/rest';`}
    ${/\bmodels\./.test(source) ? `import type * as models from './models.${extension}';` : null}

    /**
     * One handler per operation. Its return value becomes the body of the ${successName(model)} response, or its \`headers\` and
     * \`body\` if the contract declares headers. A thrown error becomes the error response.
     */
    export interface OperationHandlers${secured ? '<Principal>' : ''} {
      ${separate(handlers)}
    }

  `;
}

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*\*.*?\*\//gs, '');
}

/** `200`, if that is what all operations have. */
function successName({ operations }: RestModel): string {
  const isPlain = operations.every(({ responses }) =>
    successesOf(responses).every(({ status }) => status === '200'),
  );
  return isPlain ? '200' : 'successful';
}

function descriptor(model: RestModel, operation: RestOperationModel): string {
  const { operationId, method, path, security, headerNames, responses, contents } = operation;
  const { responseHeaders, responseHeaderNames } = operation;
  const limits = limitsProperty(operation.limits);
  const [content] = contents;
  const body = content?.kind === 'json' && contents.length === 1 ? content.use : null;
  return ts`
    ${docOf(operation)}
    ${propertyKey(operationId)}: {
      operationId: ${stringLiteral(operationId)},
      method: ${stringLiteral(method)},
      path: ${stringLiteral(path)},
      security: ${enclose('[', security.map(requirement), ']')},
      pathParameters: ${guard(operation.pathParameters)},
      query: ${guard(operation.query)},
      headers: ${guard(operation.headers)},
      headerNames: ${enclose('[', headerNames.map(stringLiteral), ']')},
      body: ${guard(body)},
      responses: ${enclose(
        '{',
        responses.map((response) => `${statusKey(response.status)}: ${responseContent(response)}`),
        '}',
      )},
      ${responseHeaders === null ? null : `responseHeaders: ${guard(responseHeaders)},`}
      ${
        responseHeaders === null
          ? null
          : ts`responseHeaderNames: ${enclose('[', responseHeaderNames.map(stringLiteral), ']')},`
      }
      ${limits === null ? null : `${limits},`}
      ${extraProperties(model, operation).map((property) => `${property},`)}
      ${
        hasGuardedTypes(operation)
          ? null
          : `types: undefined as HandlerTypes<${requestOf(operation)}, ${resultOf(operation)}>,`
      }
    },
  `;
}

function requirement(names: string | readonly string[]): string {
  return typeof names === 'string' ? stringLiteral(names) : `[${names.map(stringLiteral).join(', ')}]`;
}

function statusKey(status: string): string {
  return /^\d+$/.test(status) ? status : propertyKey(status);
}

function responseContent({ content, contentType, body }: ResponseModel): string {
  if (content === 'none') return 'null';
  return body === null ? stringLiteral(contentType ?? '') : guard(body);
}

/** Whether the guards of an operation say the types of its handler. */
function hasGuardedTypes(operation: RestOperationModel): boolean {
  const [only, ...others] = successesOf(operation.responses);
  return (
    hasPlainBody(operation) &&
    operation.cookies === null &&
    others.length === 0 &&
    only?.status === '200' &&
    (only.content === 'json' || only.content === 'none')
  );
}

function handler(operation: RestOperationModel): string {
  const { security, isOpen } = operation;
  const context =
    security.length === 0 ? 'RequestContext' : isOpen ? 'OptionalCaller<Principal>' : 'Caller<Principal>';
  return ts`
    ${docOf(operation)}
    ${propertyKey(operation.operationId)}(
      request: ${requestOf(operation)},
      context: ${context},
    ): Promise<${resultOf(operation)}>;
  `;
}

/** The type of the request that a handler receives. */
function requestOf(operation: RestOperationModel): string {
  const parts = ['pathParameters', 'query', 'headers', 'cookies'] as const;
  const members = parts.flatMap((part) => {
    const use = operation[part];
    return use === null ? [] : [`readonly ${part}: ${use.filledType}`];
  });
  const [body, ...others] = bodyAlternatives(operation, 'handler');
  if (others.length > 0) {
    const alternatives = [body, ...others].map((one) => `{ ${one} }`).join(' | ');
    return members.length === 0 ? alternatives : `{ ${members.join('; ')} } & (${alternatives})`;
  }
  const all = [...members, ...(body === undefined || body === '' ? [] : [body])];
  return all.length === 0 ? 'Record<never, never>' : `{ ${all.join('; ')} }`;
}

/** The type of what a handler returns: the body, or an object with the headers and the status if it chooses them. */
function resultOf({ responses, responseHeaders }: RestOperationModel): string {
  const successes = successesOf(responses);
  const [only, ...others] = successes;
  const headers = responseHeaders === null ? '' : `readonly headers: ${responseHeaders.type}`;
  if (only !== undefined && others.length === 0 && /^\d+$/.test(only.status)) {
    const body = bodyOf(only);
    if (headers === '') return body ?? 'void';
    return `{ ${headers}${body === null ? '' : `; readonly body: ${body}`} }`;
  }
  return successes
    .map((response) => {
      const status = /^\d+$/.test(response.status) ? response.status : 'number';
      const body = bodyOf(response);
      const members = [
        `readonly status: ${status}`,
        ...(headers === '' ? [] : [headers]),
        ...(body === null ? [] : [`readonly body: ${body}`]),
      ];
      return `{ ${members.join('; ')} }`;
    })
    .join(' | ');
}

function bodyOf({ content, body }: ResponseModel): string | null {
  if (content === 'text') return 'string';
  return content === 'binary' ? 'BinaryContent' : (body?.type ?? null);
}

function docOf({ summary, description, operationId }: RestOperationModel): string {
  return docComment(summary, description, generatedFrom(`operation ${operationId}`));
}

function guard(use: SchemaUse | null): string {
  return use === null ? 'undefined' : `validators.${use.guard}`;
}
