import { checkAddress, expressionsOf } from '../contract/addresses.ts';
import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import * as fields from './asyncapi-fields.ts';
import type { SecurityModel, ServerModel, ServerVariableModel } from './contract-model.ts';
import { readSecurity } from './security.ts';

/** A server that is served here, with what it asks of whoever connects. */
export interface ReadServer {
  readonly node: ContractNode;
  readonly model: ServerModel;
  readonly security: readonly SecurityModel[];
}

/** The servers that speak WebSocket, by the pointer to them. Those that speak something else are left out, with a warning. */
export function readServers(root: ContractNode): ReadonlyMap<string, ReadServer> {
  const servers = root.get('servers')?.entries ?? [];
  const spoken = servers.filter(([, server]) => isWebSocket(server));
  for (const [, server] of servers.filter(([, candidate]) => !isWebSocket(candidate))) {
    const what = `protocol ${JSON.stringify(server.text('protocol'))} is not supported, only ws and wss are`;
    if (spoken.length > 0) {
      const fix = 'nothing is generated for it: describe it in a document of its own';
      server.document.warn(`${server.pointer}/protocol`, what, fix);
    } else {
      server.reportAt('protocol', what, 'describe a server that speaks WebSocket');
    }
  }
  return new Map(spoken.map(([name, node]) => [node.pointer, readServer(name, node)]));
}

function isWebSocket(server: ContractNode): boolean {
  return ['ws', 'wss'].includes(server.text('protocol'));
}

function readServer(name: string, node: ContractNode): ReadServer {
  checkFields(node, fields.serverFields);
  fields.refuseWsBindings(node, 'a server');
  const pathname = node.text('pathname').replace(/\/+$/, '');
  if (pathname !== '') checkAddress(pathname, (what, fix) => node.reportAt('pathname', what, fix));
  const host = node.text('host');
  if (/[/?#@]/.test(host)) {
    node.reportAt('host', 'a host is a name and perhaps a port', 'put a path into `pathname`');
  }
  const variables = (node.get('variables')?.entries ?? []).map(([variable, variableNode]) =>
    readVariable(variable, variableNode),
  );
  for (const expression of new Set([...expressionsOf(host), ...expressionsOf(pathname)])) {
    if (variables.some((variable) => variable.name === expression)) continue;
    node.reportAt('variables', `\`{${expression}}\` is not described`, `add the variable \`${expression}\``);
  }
  return {
    node,
    model: {
      name,
      protocol: node.text('protocol') === 'wss' ? 'wss' : 'ws',
      host,
      pathname,
      description: node.text('description') || node.text('summary') || node.text('title'),
      variables,
    },
    security: readSecurity(node),
  };
}

function readVariable(name: string, node: ContractNode): ServerVariableModel {
  checkFields(node, fields.serverVariableFields);
  const values = node.get('enum')?.value;
  const model = {
    name,
    description: node.text('description'),
    values: Array.isArray(values) ? values.map(String) : [],
    default: node.get('default') === undefined ? null : node.text('default'),
  };
  if (model.default !== null && model.values.length > 0 && !model.values.includes(model.default)) {
    node.reportAt('default', 'the default is none of the values', 'add it to `enum`, or correct it');
  }
  return model;
}
