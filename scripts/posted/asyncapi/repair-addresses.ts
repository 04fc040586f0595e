import { parameterNamesOf } from '../contract/addresses.ts';
import type { ContractDocument } from '../contract/contract-document.ts';
import { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, setAt } from '../contract/json-pointer.ts';
import { type Edit, splitQuery } from './split-query.ts';

/**
 * The document with servers and addresses where AsyncAPI has them, each with a warning: people write URLs into hosts,
 * queries into addresses, and leave out what has only one possible meaning on a WebSocket. Returns the document itself if
 * it has nothing to repair.
 */
export function repairAddresses(document: ContractDocument): ContractDocument {
  const root = new ContractNode(document);
  const servers = new Map((root.get('servers')?.items ?? []).map((server) => [server.pointer, server]));
  const used = new Set((root.get('operations')?.items ?? []).map((each) => each.get('channel')?.pointer));
  const channels = root.get('channels')?.items ?? [];
  const edits = [
    ...[...servers.values()].filter(isWebSocket).flatMap(repairServer),
    ...channels.flatMap((channel) => repairChannel(channel, used.has(channel.pointer))),
  ];
  if (edits.length === 0) return document;
  const value = structuredClone(document.value);
  for (const [pointer, part] of edits) setAt(value, pointer, part);
  return document.transform(value, new Map());
}

function isWebSocket(server: ContractNode): boolean {
  return ['ws', 'wss'].includes(server.text('protocol'));
}

const schemes: Readonly<Record<string, string>> = { ws: 'ws', http: 'ws', wss: 'wss', https: 'wss' };

/** Splits a URL in `host`, and declares the variables of a server. */
function repairServer(server: ContractNode): readonly Edit[] {
  const given = server.text('host');
  const [, scheme, host = given, path = ''] =
    /^(?:(wss?|https?):\/\/)?([^/?#@]+)(\/[^?#]*)?$/i.exec(given) ?? [];
  const own = server.text('pathname');
  const prefix = path.replace(/\/+$/, '');
  const pathname = own.startsWith(prefix) ? own : `${prefix}${own.replace(/^(?=[^/])/, '/')}`;
  const protocol = schemes[scheme?.toLowerCase() ?? ''] ?? server.text('protocol');
  const edits: Edit[] = [];
  if (host !== given) {
    const parts = [`\`host: ${host}\``, ...(pathname === '' ? [] : [`\`pathname: ${pathname}\``])];
    server.warnAt('host', 'a host has neither a scheme nor a path', `write ${parts.join(' and ')}`);
    edits.push(
      [joinPointer(server.pointer, 'host'), host],
      [joinPointer(server.pointer, 'protocol'), protocol],
    );
    if (pathname !== own) edits.push([joinPointer(server.pointer, 'pathname'), pathname]);
  }
  const declared = new Set((server.get('variables')?.entries ?? []).map(([name]) => name));
  const names = new Set([...parameterNamesOf(host), ...parameterNamesOf(pathname)]);
  const missing = [...names].filter((name) => name !== '' && !declared.has(name));
  if (missing.length > 0) {
    const listed = missing.map((name) => `\`${name}\``).join(', ');
    server.warnAt('variables', `undeclared variables: ${listed}`, 'declare them under `variables`');
    const all = { ...Object(server.get('variables')?.value) };
    for (const name of missing) all[name] = {};
    edits.push([joinPointer(server.pointer, 'variables'), all]);
  }
  return edits;
}

/** Gives a channel that operations use an address, and moves the query of an address to the ws binding. */
function repairChannel(channel: ContractNode, isUsed: boolean): readonly Edit[] {
  if (channel.raw('address') === undefined && isUsed) {
    channel.warn(
      'the channel has no address, so it is at the pathname of its servers',
      "set `address` to '/' or another path",
    );
    return [[joinPointer(channel.pointer, 'address'), '/']];
  }
  return channel.text('address').includes('?') ? splitQuery(channel) : [];
}
