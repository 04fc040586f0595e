import { Names, pascalCase } from '../source/identifiers.ts';
import { preamble } from '../source/preamble.ts';
import {
  docComment,
  enclose,
  generatedFrom,
  type ImportExtension,
  literal,
  propertyKey,
  separate,
  stringLiteral,
  ts,
} from '../source/typescript-source.ts';
import { clientFormats } from './client-formats.ts';
import { sentType } from './content-kind.ts';
import { bodyAlternatives, isBodyRequired } from './request-types.ts';
import {
  contentsOf,
  failuresOf,
  isStream,
  type ResponseModel,
  type RestModel,
  type RestOperationModel,
  successesOf,
} from './rest-model.ts';

/** An operation with the name of the type of its errors. */
interface NamedOperation {
  readonly operation: RestOperationModel;
  readonly errorType: string;
}

/** The names that client.ts uses itself. */
const ownNames = ['Api', 'CallOptions', 'Operation', 'Optional', 'Refusal', 'RestContract', 'api', 'models'];

/** Renders client.ts: the types and the descriptor of a REST client. */
export function renderRestClient(model: RestModel, extension: ImportExtension): string {
  const names = new Names(ownNames);
  const operations = model.operations.map((operation) => ({
    operation,
    errorType: names.claim(`${pascalCase(operation.operationId)}Error`),
  }));
  const members = operations.map(memberOf);
  const errors = operations.map(declareError);
  const source = [...members, ...errors].join('\n');
  const isUsed = (name: string): boolean => source.includes(name);
  const imported = [
    ...(operations.length === 0 ? [] : ['CallOptions', 'Operation']),
    ...(isUsed('Optional<') ? ['Optional'] : []),
    ...(isUsed('Refusal<') ? ['Refusal'] : []),
    'RestContract',
  ];
  const schemes = [...model.securitySchemes].map(
    ([name, { kind }]) => `readonly ${propertyKey(name)}: ${stringLiteral(kind)}`,
  );
  return ts`
    ${preamble(model, 'typescript')}
    import type { ${imported.join(', ')} } from 'posted/rest-client';
    ${isUsed('models.') ? `import type * as models from './models.${extension}';` : null}

    /** Every operation of the REST API, by operationId. */
    export interface Api {
      ${separate(members)}
    }

    ${separate(errors)}

    /** Pass it to ${'`restClient`'} from ${'`posted/rest-client`'}. */
    export const api: RestContract<Api, ${schemes.length === 0 ? 'Record<never, never>' : `{ ${schemes.join('; ')} }`}> = {
      ${model.url === null ? null : `url: ${stringLiteral(model.url)},`}
      security: ${enclose('{', securityEntries(model), '}')},
      operations: {
        ${model.operations.map(descriptorOf)}
      },
    };

  `;
}

function memberOf({ operation, errorType }: NamedOperation): string {
  const { operationId, summary, description } = operation;
  const parts = partsOf(operation);
  const bodies = bodyAlternatives(operation, 'client');
  const isOptional = !isBodyRequired(operation) && parts.every(({ isRequired }) => !isRequired);
  const members = parts.map(
    ({ name, type, isRequired }) => `readonly ${name}${isRequired ? '' : '?'}: ${type}`,
  );
  const args = `[request${isOptional ? '?' : ''}: ${requestType(members, bodies)}, options?: CallOptions]`;
  return ts`
    ${docComment(summary, description, generatedFrom(`operation ${operationId}`))}
    readonly ${propertyKey(operationId)}: Operation<${args}, ${resultOf(operation)}, ${errorType}>;
  `;
}

function requestType(members: readonly string[], bodies: readonly string[]): string {
  const [body, ...others] = bodies;
  if (others.length > 0) {
    const alternatives = bodies.map((one) => `{ ${one} }`).join(' | ');
    return members.length === 0 ? alternatives : `{ ${members.join('; ')} } & (${alternatives})`;
  }
  const all = [...members, ...(body === undefined || body === '' ? [] : [body])];
  return all.length === 0 ? 'Record<never, never>' : `{ ${all.join('; ')} }`;
}

/** The parts of a request that a client passes, besides its body. */
function partsOf(operation: RestOperationModel): readonly {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
}[] {
  const { pathParameters, query, headers, cookies, filledIn, required } = operation;
  return [
    ...(pathParameters === null ? [] : [{ name: 'params', type: pathParameters.type, isRequired: true }]),
    ...(query === null
      ? []
      : [{ name: 'query', type: optionally(query.type, filledIn.query), isRequired: required.query }]),
    ...(headers === null
      ? []
      : [
          { name: 'headers', type: optionally(headers.type, filledIn.headers), isRequired: required.headers },
        ]),
    ...(cookies === null ? [] : [{ name: 'cookies', type: cookies.type, isRequired: required.cookies }]),
  ];
}

function optionally(type: string, names: readonly string[]): string {
  return names.length === 0 ? type : `Optional<${type}, ${names.map(stringLiteral).join(' | ')}>`;
}

/** The body of a successful response, or an object with the headers if the contract describes any. */
function resultOf({ responses, responseHeaders }: RestOperationModel): string {
  const successes = successesOf(responses).filter(({ status }) => !status.startsWith('3'));
  const none = successes.length === 1 ? 'void' : 'undefined';
  const body = [...new Set(successes.map((response) => typeOf(response, none)))].join(' | ');
  return responseHeaders === null
    ? body || 'never'
    : `{ readonly headers: ${responseHeaders.type}; readonly body: ${body} }`;
}

/** The union of the errors that the contract describes. Statuses with the same body share a member. */
function declareError({ operation, errorType }: NamedOperation): string {
  const { operationId, responses } = operation;
  const statuses = new Map<string, string[]>();
  for (const response of failuresOf(responses)) {
    const body = typeOf(response, 'undefined');
    const status = /^\d+$/.test(response.status) ? response.status : 'number';
    statuses.set(body, [...(statuses.get(body) ?? []), status]);
  }
  const members = [...statuses].map(([body, all]) => {
    const status = all.includes('number') ? 'number' : all.join(' | ');
    return `Refusal<${status}, ${body}>`;
  });
  return ts`
    ${docComment(`The errors of ${operationId}; see \`isErrorOf\`.`, generatedFrom(`operation ${operationId}`))}
    export type ${errorType} = ${members.length === 0 ? 'never' : members.join(' | ')};
  `;
}

function typeOf({ content, contentType, body }: ResponseModel, none: string): string {
  if (content === 'text') return 'string';
  if (content === 'binary') return isStream(contentType) ? 'ReadableStream<Uint8Array>' : 'Uint8Array';
  return body?.type ?? none;
}

function securityEntries({ securitySchemes }: RestModel): readonly string[] {
  return [...securitySchemes].map(([name, { kind, parameter }]) => {
    const members = [
      `kind: ${stringLiteral(kind)}`,
      ...(parameter === null ? [] : [`parameter: ${stringLiteral(parameter)}`]),
    ];
    return `${propertyKey(name)}: ${enclose('{', members, '}')}`;
  });
}

/** The descriptor on one line: pages load it. */
function descriptorOf(operation: RestOperationModel): string {
  const { operationId, method, path, url, security, isOpen, idempotencyKey, contents } = operation;
  const { responses, responseHeaderTypes } = operation;
  const isGuarded = security.length > 0;
  const [content] = contents;
  const contentType =
    content === undefined ? 'application/json' : sentType(content.contentType, content.kind);
  const formats = clientFormats(operation);
  const members = {
    method,
    path,
    ...(url === null ? {} : { url }),
    ...(isGuarded ? { security } : {}),
    ...(isGuarded && isOpen ? { isOpen } : {}),
    ...(idempotencyKey === null ? {} : { idempotencyKey }),
    ...(contentType === 'application/json' ? {} : { contentType }),
    ...(Object.keys(formats).length === 0 ? {} : { formats }),
    responses: Object.fromEntries(contentsOf(responses)),
    ...(responseHeaderTypes.size === 0 ? {} : { responseHeaders: Object.fromEntries(responseHeaderTypes) }),
  };
  return `${propertyKey(operationId)}: ${literalObject(members)},`;
}

function literalObject(value: object): string {
  const members = Object.entries(value).map(([name, member]) => {
    const source =
      typeof member === 'object' && !Array.isArray(member) ? literalObject(member) : jsonSource(member);
    return `${propertyKey(name)}: ${source}`;
  });
  return `{ ${members.join(', ')} }`;
}

function jsonSource(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(literal).join(', ')}]` : literal(value);
}
