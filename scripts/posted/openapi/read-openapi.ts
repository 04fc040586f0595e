import { checkAddress, checkParameterNames } from '../contract/addresses.ts';
import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { checkUsers, readLimits } from '../contract/limits.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { readBody, readResponses } from './bodies.ts';
import * as fields from './openapi-fields.ts';
import { parametersOf, readParameters } from './parameters.ts';
import { readResponseHeaders } from './response-headers.ts';
import type { RestModel, RestOperationModel } from './rest-model.ts';

/** An operation with its path and method. */
interface PathOperation {
  readonly path: string;
  readonly method: string;
  readonly item: ContractNode;
  readonly node: ContractNode;
}

/** Reads a contract. Reports whatever is not supported, so that nothing is ignored silently. */
export function readOpenapi(root: ContractNode, schemas: SchemaSet): RestModel {
  checkFields(root, fields.documentFields);
  const paths = root.get('paths')?.entries ?? [];
  checkPaths(paths);
  const operations = paths.flatMap(([path, item]) => operationsOf(path, item));
  if (operations.length === 0) root.reportAt('paths', 'the contract has no operations', 'add one');
  checkOperationIds(operations);
  return {
    file: root.document.name,
    title: root.get('info')?.text('title') ?? '',
    version: root.get('info')?.text('version') ?? '',
    operations: operations.map((operation) => readOperation(root, operation, schemas)),
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
): RestOperationModel {
  checkFields(node, fields.operationFields);
  const operationId = node.text('operationId');
  const parameters = parametersOf(item, node);
  const security = readSecurity(root, node);
  const limits = readLimits(node);
  if (security.length === 0) checkUsers(node, limits, 'add `security`, or use `per: address`');
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
    pathParameters: readParameters(parameters, 'path', operationId, schemas),
    query: readParameters(parameters, 'query', operationId, schemas),
    headers: readParameters(parameters, 'header', operationId, schemas),
    headerNames: parameters.filter(({ location }) => location === 'header').map(({ name }) => name),
    body: readBody(node, operationId, schemas),
    responses: readResponses(node, operationId, schemas),
    ...readResponseHeaders(node, operationId, schemas),
    limits,
  };
}

function checkPaths(paths: readonly (readonly [path: string, item: ContractNode])[]): void {
  const shapes = new Map<string, string>();
  for (const [path, item] of paths) {
    checkFields(item, fields.pathItemFields);
    checkAddress(path, (what, fix) => item.report(what, fix));
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
        'add one, which becomes the name of its handler',
      );
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

/** The names of an operation's security schemes, or else of the document's. One suffices. */
function readSecurity(root: ContractNode, operation: ContractNode): readonly string[] {
  const requirements = (operation.get('security') ?? root.get('security'))?.items ?? [];
  return requirements.flatMap((requirement) => {
    const schemes = requirement.entries;
    const [first] = schemes;
    if (first === undefined) {
      requirement.report('optional authentication is not supported', 'remove the empty requirement');
      return [];
    }
    if (schemes.length > 1) {
      requirement.report(
        'a requirement with several schemes is not supported',
        'name one scheme in each requirement',
      );
    }
    const [name, scopes] = first;
    if (scopes.items.length > 0) scopes.report('scopes are not supported', 'leave the list empty');
    checkSecurityScheme(root, requirement, name);
    return [name];
  });
}

function checkSecurityScheme(root: ContractNode, requirement: ContractNode, name: string): void {
  const scheme = root.get('components', 'securitySchemes', name);
  if (scheme === undefined) {
    requirement.report(
      `security scheme \`${name}\` is not defined`,
      'define it in components.securitySchemes',
    );
    return;
  }
  const kind = [scheme.text('type'), scheme.text('scheme').toLowerCase()].join(' ').trim();
  if (kind === 'http bearer') {
    checkFields(scheme, fields.securitySchemeFields);
    return;
  }
  scheme.report(`security scheme \`${kind}\` is not supported`, 'use `type: http` with `scheme: bearer`');
}
