import { checkAddress, overlap } from '../contract/addresses.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { camelCase, canBeIdentifier, Names } from '../source/identifiers.ts';
import type { ServerModel } from './contract-model.ts';
import type { ReadServer } from './servers.ts';

/** An address that clients connect to: one channel of the contract, or several with the same address. */
export interface Endpoint {
  /** The name of the first channel. If no identifier can be made of it, a name from the contract's title. */
  readonly name: string;
  readonly address: string;
  readonly channels: readonly ContractNode[];
  readonly servers: readonly ReadServer[];
}

/**
 * The endpoints of a contract. A channel of a server without WebSocket is left out with a warning. A channel without
 * an address is left out too: it can only carry replies, which use the connection of their request.
 */
export function readEndpoints(
  root: ContractNode,
  servers: ReadonlyMap<string, ReadServer>,
): readonly Endpoint[] {
  const endpoints = new Map<string, Endpoint>();
  const nameOf = channelNamer(root);
  for (const [name, channel] of root.get('channels')?.entries ?? []) {
    const own = serversOf(root, channel, servers);
    if (own === null) {
      channel.warnAt(
        'servers',
        'no code is generated for this channel: none of its servers uses WebSocket',
        'add a server with protocol ws or wss',
      );
      continue;
    }
    const address = readAddress(channel);
    if (address === null) continue;
    const key = JSON.stringify([address, own.map(({ model }) => model.name).toSorted()]);
    const known = endpoints.get(key);
    const endpoint = known ?? { name: nameOf(name), address, channels: [], servers: own };
    endpoints.set(key, { ...endpoint, channels: [...endpoint.channels, channel] });
  }
  return [...endpoints.values()];
}

/** Names channels. AsyncAPI 2.x has only addresses, and any version may have names such as `/`. */
function channelNamer(root: ContractNode): (name: string) => string {
  const names = (root.get('channels')?.entries ?? []).map(([name]) => name);
  const taken = new Names(names.filter(canBeIdentifier));
  const title = root.get('info')?.text('title') ?? '';
  const fallback = camelCase(canBeIdentifier(title) ? title : 'channel');
  return (name) => (canBeIdentifier(name) ? name : taken.claim(fallback));
}

/** The servers that a channel names, or else all. Null if there are servers but none of them uses WebSocket. */
function serversOf(
  root: ContractNode,
  channel: ContractNode,
  servers: ReadonlyMap<string, ReadServer>,
): readonly ReadServer[] | null {
  const named = channel.get('servers')?.items ?? [];
  const nodes = named.length > 0 ? named : (root.get('servers')?.items ?? []);
  const served = nodes.flatMap(({ pointer }) => servers.get(pointer) ?? []);
  return nodes.length > 0 && served.length === 0 ? null : served;
}

/** A channel's address as a path; null if it has none. */
function readAddress(channel: ContractNode): string | null {
  const address = channel.text('address');
  if (address === '') return null;
  const path = address.startsWith('/') ? address : `/${address}`;
  checkAddress(path, (what, fix) => channel.reportAt('address', what, fix));
  return path;
}

/** An address with the servers that have it. */
interface Served {
  readonly node: ContractNode;
  readonly address: string;
  readonly servers: readonly ServerModel[];
}

/** Reports addresses that match the same path. */
export function checkOverlaps(all: readonly Served[]): void {
  for (const [index, served] of all.entries()) {
    const earlier = all.slice(0, index).find((other) => canOverlap(served, other));
    if (earlier === undefined) continue;
    const what = `a path can match both this address and ${earlier.address}`;
    served.node.reportAt('address', what, 'make them differ in a segment without parameters');
  }
}

function canOverlap(one: Served, other: Served): boolean {
  return pathsOf(one).some((path) => pathsOf(other).some((otherPath) => overlap(path, otherPath)));
}

function pathsOf({ address, servers }: Served): readonly string[] {
  const prefixes = servers.length === 0 ? [''] : servers.map(({ pathname }) => pathname);
  return prefixes.map((prefix) => prefix + address);
}
