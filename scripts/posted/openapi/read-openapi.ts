import { checkAddress, checkParameterNames } from '../contract/addresses.ts';
import { checkFields, type Fields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { checkUsers, readLimits } from '../contract/limits.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { readBodies } from './bodies.ts';
import * as fields from './openapi-fields.ts';
import { operationNames, type PathOperation } from './operation-names.ts';
import { defaultOf, formatsOf, parametersOf, type ReadParameter, readParameters } from './parameters.ts';
import { readResponseHeaders } from './response-headers.ts';
import { readResponses } from './responses.ts';
import type { OpenapiUse, RestModel, RestOperationModel } from './rest-model.ts';
import { readSecurity, readSecuritySchemes } from './rest-security.ts';

/** Reads a contract. Reports whatever is not supported, so that nothing is ignored silently. */
export function readOpenapi(root: ContractNode, schemas: SchemaSet, use: OpenapiUse): RestModel {
  checkObject(root, fields.documentFields);
  const paths = (root.get('paths')?.entries ?? []).filter(([path, item]) => isPath(path, item));
  checkPaths(paths);
  const operations = paths.flatMap(([path, item]) => operationsOf(path, item));
  if (operations.length === 0) {
    root.warnAt('paths', 'the document has no operations, so only its schemas are generated', 'add a path');
  }
  const names = operationNames(operations);
  const models = operations.map((operation, index) =>
    readOperation(root, operation, names[index] ?? '', schemas, use),
  );
  const named = new Set(models.flatMap(({ security }) => security.flat()));
  return {
    file: root.document.name,
    title: root.get('info')?.text('title') ?? '',
    version: root.get('info')?.text('version') ?? '',
    url: completeUrl(root),
    securitySchemes: readSecuritySchemes(root, named),
    operations: models,
  };
}

function isPath(path: string, item: ContractNode): boolean {
  if (path.includes('#')) {
    item.warn(
      'the path is left out, because no request has a fragment',
      'merge it with the path before the `#`',
    );
    return false;
  }
  return !path.startsWith('x-');
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
  operationId: string,
  schemas: SchemaSet,
  use: OpenapiUse,
): RestOperationModel {
  checkObject(node, fields.operationFields);
  const parameters = parametersOf(item, node);
  const security = readSecurity(root, node);
  const idempotencyKey = idempotencyKeyOf(method, parameters);
  const limits = use === 'server' ? readLimits(node) : [];
  if (security.security.length === 0) checkUsers(node, limits, 'add `security`, or use `per: address`');
  checkParameterNames(
    node,
    path,
    parameters
      .filter(({ location }) => location === 'path')
      .map(({ name, node: parameter }) => [name, parameter]),
  );
  const read = (location: ReadParameter['location']) =>
    readParameters(parameters, location, operationId, schemas, use);
  const [pathParameters, query, headers, cookies] = [
    read('path'),
    read('query'),
    read('header'),
    read('cookie'),
  ];
  const { contents, isRequired } = readBodies(node, method, operationId, schemas);
  return {
    operationId,
    method: method.toUpperCase(),
    path,
    url: completeUrl(node) ?? completeUrl(item),
    summary: node.text('summary'),
    description: node.text('description'),
    ...security,
    pathParameters,
    query,
    headers,
    cookies,
    formats: {
      path: formatsOf(parameters, 'path', pathParameters, schemas),
      query: formatsOf(parameters, 'query', query, schemas),
      header: formatsOf(parameters, 'header', headers, schemas),
      cookie: formatsOf(parameters, 'cookie', cookies, schemas),
    },
    filledIn: {
      query: filledIn(parameters, 'query', null),
      headers: filledIn(parameters, 'header', idempotencyKey),
    },
    required: {
      query: mustPass(parameters, 'query', null),
      headers: mustPass(parameters, 'header', idempotencyKey),
      cookies: mustPass(parameters, 'cookie', null),
      body: isRequired,
    },
    idempotencyKey,
    headerNames: parameters.filter(({ location }) => location === 'header').map(({ name }) => name),
    contents,
    responses: readResponses(node, operationId, schemas, use),
    ...readResponseHeaders(node, operationId, schemas),
    limits,
  };
}

function checkObject(node: ContractNode, ofObject: Fields & fields.IgnoredFields): void {
  checkFields(node, ofObject);
  for (const [field, fix] of Object.entries(ofObject.ignored)) {
    if (node.get(field) !== undefined) {
      node.warnAt(field, `\`${field}\` of ${ofObject.object} is left out`, fix);
    }
  }
}

/** Reports paths that no request could match, and operations whose requests another one gets. */
function checkPaths(paths: readonly (readonly [path: string, item: ContractNode])[]): void {
  const known = new Map<string, string>();
  for (const [path, item] of paths) {
    checkObject(item, fields.pathItemFields);
    checkAddress(path, (what, fix) => item.report(what, fix));
    const shape = path.replaceAll(/\{[^{}]*\}/g, '{}');
    for (const { method } of operationsOf(path, item)) {
      const other = known.get(`${method} ${shape}`);
      if (other !== undefined)
        item.report(`the path matches the same requests as ${other}`, 'merge the paths');
      known.set(`${method} ${shape}`, path);
    }
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
    const hasDefault = node.get('required')?.value !== true && defaultOf(node) !== undefined;
    return hasDefault || name === key ? [name] : [];
  });
}

/** Whether a client must pass a parameter of a location. */
function mustPass(
  parameters: readonly ReadParameter[],
  location: ReadParameter['location'],
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

/** The URL of an object's first server, with the defaults of its variables; null if it is relative. */
function completeUrl(node: ContractNode): string | null {
  const server = node.get('servers')?.items[0];
  const url = (server?.text('url') ?? '').replaceAll(
    /\{([^{}]+)\}/g,
    (variable, name: string) => server?.get('variables', name)?.text('default') || variable,
  );
  return /^https?:\/\/[^{}\s?#]+$/.test(url) ? url : null;
}
