import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { type ForwardedElement, parseForwarded } from './forwarded.ts';

/** The proxies in front of a server, whose word is taken for where a request comes from. */
export interface TrustProxyOptions {
  /** Addresses and networks such as `10.0.0.0/8`, `loopback`, and `private` for all private and link-local networks. */
  readonly networks: readonly string[];
  /**
   * Which headers the proxies set: X-Forwarded-For and X-Forwarded-Host, or Forwarded (RFC 7239). The other ones are
   * ignored, because proxies pass on those that they do not set, whoever wrote them. Default: `x-forwarded`.
   */
  readonly headers?: 'x-forwarded' | 'forwarded';
}

/** The part of a request that tells where it comes from. */
export interface ProxiedRequest {
  readonly headers: IncomingHttpHeaders;
  /** Undefined if the request did not come from a socket. */
  readonly socket?: { readonly remoteAddress?: string | undefined } | undefined;
}

const namedNetworks: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'],
};

/** Where requests come from that pass through proxies. Without networks, it is where their connections come from. */
export class TrustedProxies {
  readonly #networks = new BlockList();
  readonly #headers: 'x-forwarded' | 'forwarded';
  readonly #isEmpty: boolean;

  /** @throws TypeError that names the network that is not one */
  constructor({ networks, headers = 'x-forwarded' }: TrustProxyOptions = { networks: [] }) {
    for (const each of networks.flatMap((name) => namedNetworks[name] ?? [name])) this.#add(each);
    this.#headers = headers;
    this.#isEmpty = networks.length === 0;
  }

  /** If not, every client has the address that its connection comes from. */
  get exist(): boolean {
    return !this.#isEmpty;
  }

  /** Whether connections from this address are a proxy's. */
  isProxy(address: string): boolean {
    return this.#trusts(withoutMapping(address));
  }

  /** The address of the client: of the last hop before the trusted proxies. '' if it is unknown. */
  addressOf(request: ProxiedRequest): string {
    const peer = withoutMapping(request.socket?.remoteAddress ?? '');
    return this.#trusts(peer) ? this.#client(peer, this.#hopsOf(request)).address : peer;
  }

  /** The host that the client asked for; undefined if it is unknown. */
  hostOf(request: ProxiedRequest): string | undefined {
    const own = request.headers.host;
    // Without asking the system for the address.
    if (this.#isEmpty) return own;
    const peer = withoutMapping(request.socket?.remoteAddress ?? '');
    return this.#trusts(peer) ? (this.#client(peer, this.#hopsOf(request)).host ?? own) : own;
  }

  #add(network: string): void {
    const [address = '', bits, ...rest] = network.split('/');
    const version = isIP(address);
    const maxBits = version === 4 ? 32 : 128;
    const isNumber = bits === undefined || /^\d{1,3}$/.test(bits);
    if (version === 0 || rest.length > 0 || !isNumber || Number(bits ?? 0) > maxBits) {
      throw new TypeError(`'${network}' is neither an address nor a network such as 10.0.0.0/8.`);
    }
    this.#networks.addSubnet(address, Number(bits ?? maxBits), version === 4 ? 'ipv4' : 'ipv6');
  }

  #trusts(address: string): boolean {
    if (this.#isEmpty) return false;
    const version = isIP(address);
    return version !== 0 && this.#networks.check(address, version === 4 ? 'ipv4' : 'ipv6');
  }

  /** Goes back from hop to hop as long as the one that reports the next can be trusted. */
  #client(
    peer: string,
    hops: readonly ForwardedElement[],
  ): { readonly address: string; readonly host: string | undefined } {
    let address = peer;
    let host: string | undefined;
    for (const hop of hops.toReversed()) {
      host = hop.host ?? host;
      const reported = addressIn(hop.for);
      // A proxy may hide the address or not know it: then the last known one is the proxy's own.
      if (reported === null) break;
      address = reported;
      if (!this.#trusts(address)) break;
    }
    return { address, host };
  }

  #hopsOf({ headers }: ProxiedRequest): readonly ForwardedElement[] {
    if (this.#headers === 'forwarded') return parseForwarded(headers.forwarded ?? '');
    const hops = list(headers['x-forwarded-for']).map((address) => ({ for: address }));
    // Proxies replace this header instead of adding to it; if one adds, the nearest proxy's is the last.
    const host = list(headers['x-forwarded-host']).at(-1);
    const last = hops.pop() ?? { for: undefined };
    return [...hops, { ...last, host }];
  }
}

function list(header: string | readonly string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  return header
    .toString()
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** The address in `192.0.2.1:4711`, `[2001:db8::1]:4711`, or either without a port; null if it is not one. */
function addressIn(node: string | undefined): string | null {
  if (node === undefined) return null;
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(node)?.[1];
  const address = bracketed ?? (node.split(':').length === 2 ? (node.split(':')[0] ?? '') : node);
  return isIP(address) === 0 ? null : withoutMapping(address);
}

/** A socket that listens for IPv6 reports an IPv4 address as `::ffff:192.0.2.1`. */
function withoutMapping(address: string): string {
  return /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
}
