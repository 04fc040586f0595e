import { checkAddress, checkParameterNames } from '../contract/addresses.ts';
import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { readBody, readResponses } from './bodies.ts';
import * as fields from './openapi-fields.ts';
import { parametersOf, readParameters } from './parameters.ts';
import type { RestModel, RestOperationModel } from './rest-model.ts';

/** One operation of the contract, where it stands. */
interface OperationPlace {
  readonly path: string;
  readonly method: string;
  readonly item: ContractNode;
  readonly node: ContractNode;
}

/** What the contract says. Whatever is not supported is reported, and never left out in silence. */
export function readOpenapi(root: ContractNode, schemas: SchemaSet): RestModel {
  checkFields(root, fields.documentFields);
  const paths = root.get('paths')?.entries ?? [];
  checkPaths(paths);
  const places = paths.flatMap(([path, item]) => operationsOf(path, item));
  if (places.length === 0) root.reportAt('paths', 'the contract has no operation', 'describe one');
  checkOperationIds(places);
  return {
    file: root.document.name,
    title: root.get('info')?.text('title') ?? '',
    version: root.get('info')?.text('version') ?? '',
    operations: places.map((place) => readOperation(root, place, schemas)),
  };
}

/** Every operation of the contract. */
function operationsOf(path: string, item: ContractNode): readonly OperationPlace[] {
  return item.entries.flatMap(([method, node]) =>
    fields.methods.some((known) => known === method) ? [{ path, method, item, node }] : [],
  );
}

function readOperation(
  root: ContractNode,
  { path, method, item, node }: OperationPlace,
  schemas: SchemaSet,
): RestOperationModel {
  checkFields(node, fields.operationFields);
  const operationId = node.text('operationId');
  const parameters = parametersOf(item, node);
  checkParameterNames(
    node,
    path,
    parameters.filter(({ place }) => place === 'path').map(({ name, node: parameter }) => [name, parameter]),
  );
  return {
    operationId,
    method: method.toUpperCase(),
    path,
    summary: node.text('summary'),
    description: node.text('description'),
    security: readSecurity(root, node),
    pathParameters: readParameters(parameters, 'path', operationId, schemas),
    query: readParameters(parameters, 'query', operationId, schemas),
    headers: readParameters(parameters, 'header', operationId, schemas),
    headerNames: parameters.filter(({ place }) => place === 'header').map(({ name }) => name),
    body: readBody(node, operationId, schemas),
    responses: readResponses(node, operationId, schemas),
  };
}

function checkPaths(paths: readonly (readonly [path: string, item: ContractNode])[]): void {
  const shapes = new Map<string, string>();
  for (const [path, item] of paths) {
    checkFields(item, fields.pathItemFields);
    checkAddress(path, (what, fix) => item.report(what, fix));
    if (/[^/]\{|\}[^/]/.test(path)) {
      item.report('an expression is only a part of its segment', 'let it stand between two slashes');
    }
    const shape = path.replaceAll(/\{[^{}]*\}/g, '{}');
    const twin = shapes.get(shape);
    if (twin !== undefined) item.report(`the path means the same as ${twin}`, 'describe both as one path');
    shapes.set(shape, path);
  }
}

function checkOperationIds(places: readonly OperationPlace[]): void {
  const known = new Set<string>();
  for (const { node } of places) {
    const operationId = node.text('operationId');
    if (operationId === '') {
      node.reportAt(
        'operationId',
        'an operation has no operationId',
        'give it the name that its handler is to have',
      );
    } else if (known.has(operationId)) {
      node.reportAt(
        'operationId',
        `another operation is called \`${operationId}\` too`,
        'rename one of them',
      );
    }
    known.add(operationId);
  }
}

/** The names of the schemes, any one of which an operation takes: its own, else the document's. */
function readSecurity(root: ContractNode, operation: ContractNode): readonly string[] {
  const requirements = (operation.get('security') ?? root.get('security'))?.items ?? [];
  return requirements.flatMap((requirement) => {
    const schemes = requirement.entries;
    const [first] = schemes;
    if (first === undefined) {
      requirement.report(
        'an operation cannot be open and secured at a time',
        'leave the empty requirement out',
      );
      return [];
    }
    if (schemes.length > 1) {
      requirement.report(
        'several schemes at a time are not supported',
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
      `there is no security scheme \`${name}\``,
      'describe it in components.securitySchemes',
    );
    return;
  }
  const kind = [scheme.text('type'), scheme.text('scheme').toLowerCase()].join(' ').trim();
  if (kind === 'http bearer') {
    checkFields(scheme, fields.securitySchemeFields);
    return;
  }
  scheme.report(
    `security scheme \`${kind}\` is not supported, only http bearer is`,
    'describe it as `type: http`, `scheme: bearer`',
  );
}
