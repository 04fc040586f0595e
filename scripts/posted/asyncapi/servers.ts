import { checkAddress } from '../contract/addresses.ts';
import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import * as fields from './asyncapi-fields.ts';
import type { SecurityModel, ServerModel, ServerVariableModel } from './contract-model.ts';
import { readSecurity } from './security.ts';

/** A WebSocket server with its security. */
export interface ReadServer {
  readonly node: ContractNode;
  readonly model: ServerModel;
  readonly security: readonly SecurityModel[];
}

/** The WebSocket servers, by their pointers. Servers of other protocols are skipped with a warning. */
export function readServers(root: ContractNode): ReadonlyMap<string, ReadServer> {
  const servers = root.get('servers')?.entries ?? [];
  const supported = servers.filter(([, server]) => isWebSocket(server));
  for (const [, server] of servers.filter(([, candidate]) => !isWebSocket(candidate))) {
    const what = `protocol ${JSON.stringify(server.text('protocol'))} is not supported`;
    if (supported.length > 0) {
      server.warnAt(
        'protocol',
        `${what}, so no code is generated for this server`,
        'use ws or wss, or describe the server in its own document',
      );
    } else {
      const isMisspelled = /^(wss?|web-?sockets?)$/i.test(server.text('protocol'));
      const fix = isMisspelled ? 'write `ws`, or `wss` for TLS' : 'add a server with protocol ws or wss';
      server.reportAt('protocol', what, fix);
    }
  }
  return new Map(supported.map(([name, node]) => [node.pointer, readServer(name, node)]));
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
    node.reportAt('host', 'a host must be a name with an optional port', 'remove everything else');
  }
  const variables = (node.get('variables')?.entries ?? []).map(([variable, variableNode]) =>
    readVariable(variable, variableNode),
  );
  return {
    node,
    model: {
      name,
      protocol: node.text('protocol') === 'wss' ? 'wss' : 'ws',
      host,
      pathname,
      description: fields.descriptionOf(node),
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
    node.reportAt(
      'default',
      'the default is not one of the values in `enum`',
      'add it, or correct the default',
    );
  }
  return model;
}
