import { checkAddress, checkParameterNames } from '../contract/addresses.ts';
import { checkFields, type Fields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { checkUsers, readLimits } from '../contract/limits.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { readBody, readResponses } from './bodies.ts';
import { readClientBody, readClientResponses } from './client-bodies.ts';
import { checkClientParameters, readClientParameters } from './client-parameters.ts';
import * as fields from './openapi-fields.ts';
import { parametersOf, type ReadParameter, readParameters } from './parameters.ts';
import { readResponseHeaders } from './response-headers.ts';
import type { OpenapiUse, RestModel, RestOperationModel } from './rest-model.ts';
import { readSecurity, readSecuritySchemes } from './rest-security.ts';

/** An operation with its path and method. */
interface PathOperation {
  readonly path: string;
  readonly method: string;
  readonly item: ContractNode;
  readonly node: ContractNode;
}

/** Reads a contract. Reports whatever is not supported, so that nothing is ignored silently. */
export function readOpenapi(root: ContractNode, schemas: SchemaSet, use: OpenapiUse): RestModel {
  checkFields(root, fieldsFor(use, fields.documentFields));
  const paths = root.get('paths')?.entries ?? [];
  checkPaths(paths, use);
  const operations = paths.flatMap(([path, item]) => operationsOf(path, item));
  if (operations.length === 0) root.reportAt('paths', 'the contract has no operations', 'add one');
  checkOperationIds(operations);
  const models = operations.map((operation) => readOperation(root, operation, schemas, use));
  const named = new Set(models.flatMap(({ security }) => security));
  return {
    file: root.document.name,
    title: root.get('info')?.text('title') ?? '',
    version: root.get('info')?.text('version') ?? '',
    url: completeUrl(root.get('servers')?.items[0]),
    securitySchemes: readSecuritySchemes(root, named, use),
    operations: models,
  };
}

/** The operations of a path. */
function operationsOf(path: string, item: ContractNode): readonly PathOperation[] {
  return item.entries.flatMap(([method, node]) =>
    fields.methods.some((known) => known === method) ? [{ path, method, item, node }] : [],
  );
}

function readOperation(
  root: ContractNode,
  { path, method, item, node }: PathOperation,
  schemas: SchemaSet,
  use: OpenapiUse,
): RestOperationModel {
  checkFields(node, fieldsFor(use, fields.operationFields));
  const operationId = node.text('operationId');
  const named = parametersOf(item, node, use);
  const parameters = use === 'server' ? named : checkClientParameters(named);
  const { security, isOpen } = readSecurity(root, node, use);
  const idempotencyKey = idempotencyKeyOf(method, parameters);
  const limits = use === 'server' ? readLimits(node) : [];
  if (security.length === 0) checkUsers(node, limits, 'add `security`, or use `per: address`');
  const readAll = use === 'server' ? readParameters : readClientParameters;
  checkParameterNames(
    node,
    path,
    parameters
      .filter(({ location }) => location === 'path')
      .map(({ name, node: parameter }) => [name, parameter]),
  );
  return {
    operationId,
    method: method.toUpperCase(),
    path,
    summary: node.text('summary'),
    description: node.text('description'),
    security,
    isOpen,
    pathParameters: readAll(parameters, 'path', operationId, schemas),
    query: readAll(parameters, 'query', operationId, schemas),
    headers: readAll(parameters, 'header', operationId, schemas),
    filledIn: {
      query: filledIn(parameters, 'query', null),
      headers: filledIn(parameters, 'header', idempotencyKey),
    },
    required: {
      query: mustPass(parameters, 'query', null),
      headers: mustPass(parameters, 'header', idempotencyKey),
      body: node.get('requestBody', 'required')?.value === true,
    },
    idempotencyKey,
    headerNames: parameters.filter(({ location }) => location === 'header').map(({ name }) => name),
    ...(use === 'server'
      ? { body: readBody(node, operationId, schemas), contentType: null }
      : readClientBody(node, operationId, schemas)),
    responses: (use === 'server' ? readResponses : readClientResponses)(node, operationId, schemas),
    ...readResponseHeaders(node, operationId, schemas, use),
    limits,
  };
}

function fieldsFor(use: OpenapiUse, ofObject: Fields): Fields {
  return use === 'server' ? ofObject : fields.forClients(ofObject);
}

function checkPaths(paths: readonly (readonly [path: string, item: ContractNode])[], use: OpenapiUse): void {
  const shapes = new Map<string, string>();
  for (const [path, item] of paths) {
    checkFields(item, fields.pathItemFields);
    checkAddress(path, (what, fix) => item.report(what, fix));
    if (use === 'client') continue;
    if (/[^/]\{|\}[^/]/.test(path)) {
      item.report('a parameter must be a whole segment of the path', 'put it between slashes');
    }
    const shape = path.replaceAll(/\{[^{}]*\}/g, '{}');
    const known = shapes.get(shape);
    if (known !== undefined) item.report(`the path matches the same requests as ${known}`, 'merge the paths');
    shapes.set(shape, path);
  }
}

function checkOperationIds(operations: readonly PathOperation[]): void {
  const known = new Set<string>();
  for (const { node } of operations) {
    const operationId = node.text('operationId');
    if (operationId === '') {
      node.reportAt(
        'operationId',
        'the operation has no operationId',
        'add one, which becomes the name of its function',
      );
    } else if (operationId === '__proto__') {
      node.reportAt('operationId', 'no member of an object can have this name', 'rename the operation');
    } else if (known.has(operationId)) {
      node.reportAt(
        'operationId',
        `another operation has the operationId \`${operationId}\``,
        'rename one of them',
      );
    }
    known.add(operationId);
  }
}

/** The parameters of a location that a client may leave out: those with a default, and an idempotency key. */
function filledIn(
  parameters: readonly ReadParameter[],
  location: 'query' | 'header',
  key: string | null,
): readonly string[] {
  return parameters.flatMap((parameter) => {
    if (parameter.location !== location) return [];
    const { name, node } = parameter;
    const hasDefault = node.get('required')?.value !== true && node.get('schema', 'default') !== undefined;
    return hasDefault || name === key ? [name] : [];
  });
}

/** Whether a client must pass a parameter of a location. */
function mustPass(
  parameters: readonly ReadParameter[],
  location: 'query' | 'header',
  key: string | null,
): boolean {
  return parameters.some(
    (parameter) =>
      parameter.location === location &&
      parameter.node.get('required')?.value === true &&
      parameter.name !== key,
  );
}

/** Only methods that are not idempotent need a key (RFC 9110 section 9.2.2). */
function idempotencyKeyOf(method: string, parameters: readonly ReadParameter[]): string | null {
  if (method !== 'post' && method !== 'patch') return null;
  const header = parameters.find(
    ({ name, location }) => location === 'header' && name.toLowerCase() === 'idempotency-key',
  );
  return header?.name ?? null;
}

/** The URL of a server; null if it is relative or has variables. */
function completeUrl(server: ContractNode | undefined): string | null {
  const url = server?.text('url') ?? '';
  return /^https?:\/\/[^{}]+$/.test(url) ? url : null;
}
