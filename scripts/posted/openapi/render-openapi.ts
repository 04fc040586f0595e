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
import type { RestModel, RestOperationModel } from './rest-model.ts';

/** Renders operations.ts: a descriptor of every REST operation. */
export function renderOperations(model: RestModel, extension: ImportExtension): string {
  const table = model.operations.map(descriptor);
  const guarded = table.some((text) => text.includes('validators.'));
  return ts`
    ${preamble(model, 'typescript')}
    import type { OperationDescriptor } from 'posted/rest';
    ${guarded ? `import * as validators from './validators.${extension}';` : null}

    /** Every operation of the REST API, by operationId. */
    export const operations = {
      ${table}
    } as const satisfies Record<string, OperationDescriptor>;

  `;
}

/** Renders handlers.ts: the handler that each operation requires. */
export function renderHandlers(model: RestModel, extension: ImportExtension): string {
  const { operations } = model;
  const secured = operations.some(({ security }) => security.length > 0);
  const open = operations.some(({ security }) => security.length === 0);
  const contexts = [...(secured ? ['Caller'] : []), ...(open ? ['RequestContext'] : [])];
  const typed = operations.some(
    (operation) => inputsOf(operation).length > 0 || resultOf(operation).includes('models.'),
  );
  return ts`
    ${preamble(model, 'typescript')}
    import type { ${contexts.join(', ')} } from 'posted/rest';
    ${typed ? `import type * as models from './models.${extension}';` : null}

    /**
     * One handler per operation. Its return value becomes the body of the 200 response, or its \`headers\` and
     * \`body\` if the contract declares headers. A thrown error becomes the error response.
     */
    export interface OperationHandlers${secured ? '<Principal>' : ''} {
      ${separate(operations.map(handler))}
    }

  `;
}

function descriptor(operation: RestOperationModel): string {
  const { operationId, method, path, security, headerNames, responses } = operation;
  const { responseHeaders, responseHeaderNames } = operation;
  const limits = limitsProperty(operation.limits);
  return ts`
    ${docOf(operation)}
    ${propertyKey(operationId)}: {
      operationId: ${stringLiteral(operationId)},
      method: ${stringLiteral(method)},
      path: ${stringLiteral(path)},
      security: ${enclose('[', security.map(stringLiteral), ']')},
      pathParameters: ${guard(operation.pathParameters)},
      query: ${guard(operation.query)},
      headers: ${guard(operation.headers)},
      headerNames: ${enclose('[', headerNames.map(stringLiteral), ']')},
      body: ${guard(operation.body)},
      responses: ${enclose(
        '{',
        responses.flatMap(({ status, body }) =>
          status === 'default' ? [] : [`${status}: ${body === null ? 'null' : guard(body)}`],
        ),
        '}',
      )},
      ${responseHeaders === null ? null : `responseHeaders: ${guard(responseHeaders)},`}
      ${
        responseHeaders === null
          ? null
          : ts`responseHeaderNames: ${enclose('[', responseHeaderNames.map(stringLiteral), ']')},`
      }
      ${limits === null ? null : `${limits},`}
    },
  `;
}

function handler(operation: RestOperationModel): string {
  const members = inputsOf(operation).map(([name, { filledType }]) => `readonly ${name}: ${filledType}`);
  return ts`
    ${docOf(operation)}
    ${propertyKey(operation.operationId)}(
      request: ${members.length === 0 ? 'Record<never, never>' : `{ ${members.join('; ')} }`},
      context: ${operation.security.length > 0 ? 'Caller<Principal>' : 'RequestContext'},
    ): Promise<${resultOf(operation)}>;
  `;
}

/** The type of what a handler returns: the body, or an object with the headers if there are any. */
function resultOf(operation: RestOperationModel): string {
  const body = successOf(operation)?.type;
  const headers = operation.responseHeaders?.type;
  if (headers === undefined) return body ?? 'void';
  return `{ readonly headers: ${headers}${body === undefined ? '' : `; readonly body: ${body}`} }`;
}

function docOf({ summary, description, operationId }: RestOperationModel): string {
  return docComment(summary, description, generatedFrom(`operation ${operationId}`));
}

/** The parts of a request that a handler receives, by name. */
function inputsOf(operation: RestOperationModel): readonly (readonly [name: string, use: SchemaUse])[] {
  const parts = ['pathParameters', 'query', 'headers', 'body'] as const;
  return parts.flatMap((part) => {
    const use = operation[part];
    return use === null ? [] : [[part, use] as const];
  });
}

function successOf({ responses }: RestOperationModel): SchemaUse | null {
  return responses.find(({ status }) => status === '200')?.body ?? null;
}

function guard(use: SchemaUse | null): string {
  return use === null ? 'undefined' : `validators.${use.guard}`;
}
