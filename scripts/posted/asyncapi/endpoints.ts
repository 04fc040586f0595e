import { areEquivalent, checkAddress, compareLiterals, overlap } from '../contract/addresses.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { camelCase, canBeIdentifier, Names } from '../source/identifiers.ts';
import type { ReadServer } from './servers.ts';

/**
 * An address that clients connect to: one channel of the contract, or several with the same address. A channel on servers
 * with different security is several, if their paths tell them apart.
 */
export interface Endpoint {
  /**
   * The name of the first channel, or a name from the contract's title if it cannot become an identifier. The servers after
   * the first that have other security add the name of their first.
   */
  readonly name: string;
  readonly address: string;
  readonly channels: readonly ContractNode[];
  readonly servers: readonly ReadServer[];
}

/**
 * Reads the endpoints of a contract. Skips a channel whose servers do not use WebSocket, with a warning, and a channel
 * without an address, which can only carry replies on the connection of their requests.
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
    const place = readPlace(channel, own);
    if (place === null) continue;
    for (const [index, part] of bySecurity(place).entries()) {
      const key = JSON.stringify([part.address, part.servers.map(({ model }) => model.name).toSorted()]);
      const known = endpoints.get(key);
      const suffix = index === 0 ? '' : (part.servers[0]?.model.name ?? '');
      const endpoint = known ?? { name: nameOf(name, suffix), channels: [], ...part };
      endpoints.set(key, { ...endpoint, channels: [...endpoint.channels, channel] });
    }
  }
  return [...endpoints.values()];
}

/** A place for each group of servers with equal security. Groups of which one path may mean either are one. */
function bySecurity({ address, servers }: Place): readonly Place[] {
  const places: Place[] = [];
  for (const group of Map.groupBy(servers, ({ security }) => JSON.stringify(security)).values()) {
    const place = { address, servers: group };
    const index = places.findIndex((other) => overlapsOf(place, other).length > 0);
    const other = places[index];
    if (other === undefined) places.push(place);
    else places[index] = { address, servers: [...other.servers, ...group] };
  }
  return places.length === 0 ? [{ address, servers }] : places;
}

/** Names channels. AsyncAPI 2.x has only addresses, and any version may have names such as `/`. */
function channelNamer(root: ContractNode): (name: string, suffix: string) => string {
  const names = (root.get('channels')?.entries ?? []).map(([name]) => name);
  const taken = new Names(names.filter(canBeIdentifier));
  const title = root.get('info')?.text('title') ?? '';
  const fallback = camelCase(canBeIdentifier(title) ? title : 'channel');
  return (name, suffix) => {
    const own = canBeIdentifier(name) ? name : fallback;
    if (suffix !== '') return taken.claim(`${own} ${suffix}`);
    return own === name ? name : taken.claim(fallback);
  };
}

/** The WebSocket servers that a channel lists, or else all; null if its servers use only other protocols. */
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

/** Where clients reach a channel. */
type Place = Pick<Endpoint, 'address' | 'servers'>;

/** A channel's address as a path, on the servers that have it; null if it has none. */
function readPlace(channel: ContractNode, servers: readonly ReadServer[]): Place | null {
  const address = channel.text('address');
  if (address === '') return null;
  if (/^(wss?|https?):\/\//i.test(address)) return placeOfUrl(channel, address, servers);
  const path = address.startsWith('/') ? address : `/${address}`;
  checkAddress(path, (what, fix) => channel.reportAt('address', what, fix));
  return { address: path, servers };
}

/** An address may only be a whole URL if it is that of a server, and more. */
function placeOfUrl(channel: ContractNode, url: string, servers: readonly ReadServer[]): Place {
  const places = servers.flatMap((server) => {
    const { protocol, host, pathname } = server.model;
    const base = `${protocol}://${host}${pathname}/`;
    const isWithin = url.toLowerCase().startsWith(base.toLowerCase());
    return isWithin ? [{ server, path: url.slice(base.length - 1) }] : [];
  });
  const [first] = places;
  if (first === undefined) {
    const [, scheme = '', host = '', path = ''] = /^(\w+):\/\/([^/]*)(.*)$/s.exec(url) ?? [];
    const address = path === '' ? '/' : path;
    channel.reportAt(
      'address',
      'an address is a path, not the URL of a server that the channel does not have',
      `write \`${address}\`, and add a server with the protocol ${scheme} and the host ${host}`,
    );
    return { address, servers };
  }
  checkAddress(first.path, (what, fix) => channel.reportAt('address', what, fix));
  return {
    address: first.path,
    servers: places.filter(({ path }) => path === first.path).map(({ server }) => server),
  };
}

/**
 * Puts the more literal first of endpoints that match the same path: servers take the first that matches. Where neither is
 * more literal, the first in the document is first, with a warning. Reports those of which one would get no path at all, or
 * whose order differs between servers.
 */
export function inOrderOfMatching(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const overlaps = endpoints.flatMap((endpoint, index) =>
    endpoints.slice(0, index).flatMap((earlier) => {
      const orders = new Set(overlapsOf(endpoint, earlier));
      return orders.size === 0 ? [] : [{ endpoint, earlier, orders }];
    }),
  );
  for (const { endpoint, earlier, orders } of overlaps) {
    if (orders.size === 1 && !orders.has(0)) continue;
    const what = `a path can match both this address and ${earlier.address}, and neither is more literal`;
    const fix = 'make them differ in a segment without parameters';
    const [channel] = endpoint.channels;
    if (orders.size > 1 || areEquivalent(endpoint.address, earlier.address)) {
      channel?.reportAt('address', what, fix);
    } else {
      channel?.warnAt('address', `${what}, so ${earlier.address} gets such a path`, fix);
    }
  }
  if (overlaps.length === 0) return endpoints;
  return endpoints.toSorted((one, other) => compareLiterals(pathsOf(one)[0] ?? '', pathsOf(other)[0] ?? ''));
}

/** How the paths of two places that overlap compare, by server. Servers can only follow one order. */
function overlapsOf(place: Place, earlier: Place): readonly number[] {
  const [paths, others] = [pathsOf(place), pathsOf(earlier)];
  const pairs = paths.flatMap((path) => others.map((other) => [path, other] as const));
  const overlapping = pairs.filter(([path, other]) => overlap(path, other));
  const [first = ['', '']] = pairs;
  return overlapping.length === 0 ? [] : [first, ...overlapping].map((pair) => compareLiterals(...pair));
}

function pathsOf({ address, servers }: Place): readonly string[] {
  const prefixes = servers.length === 0 ? [''] : servers.map(({ model }) => model.pathname);
  return prefixes.map((prefix) => prefix + address);
}
