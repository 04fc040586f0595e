import type { ContractNode } from '../contract/contract-node.ts';
import { readAddress } from './channels.ts';
import type { ReadServer } from './servers.ts';

/** What the connections to one address speak: a channel of the contract, or several that share the address. */
export interface Endpoint {
  /** Of the first channel. */
  readonly name: string;
  readonly address: string;
  readonly channels: readonly ContractNode[];
  readonly servers: readonly ReadServer[];
}

/**
 * The endpoints of a contract. A channel of a server that speaks no WebSocket is left out, with a
 * warning; so is one whose address is not known, for it can only carry answers, which go back on the
 * connection that the question came on.
 */
export function readEndpoints(
  root: ContractNode,
  servers: ReadonlyMap<string, ReadServer>,
): readonly Endpoint[] {
  const endpoints = new Map<string, Endpoint>();
  for (const [name, channel] of root.get('channels')?.entries ?? []) {
    const own = serversOf(root, channel, servers);
    if (own === null) {
      channel.warnAt(
        'servers',
        'none of its servers speaks WebSocket',
        'nothing is generated for the channel',
      );
      continue;
    }
    const address = readAddress(channel);
    if (address === null) continue;
    const key = JSON.stringify([address, own.map(({ model }) => model.name).toSorted()]);
    const known = endpoints.get(key);
    const endpoint = known ?? { name, address, channels: [], servers: own };
    endpoints.set(key, { ...endpoint, channels: [...endpoint.channels, channel] });
  }
  return [...endpoints.values()];
}

/** The servers that a channel names, else all; null where there are some, and none is served here. */
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
