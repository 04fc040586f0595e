/** The part of a request that tells where it comes from. */
export interface AddressedRequest {
  readonly socket?: { readonly remoteAddress?: string | undefined } | undefined;
}

/**
 * The address by which the client of a request is limited; '' if it is unknown. For IPv6 it is the first half (/64),
 * since a client has all addresses of its network.
 */
export function clientAddress({ socket }: AddressedRequest): string {
  return limitedAddress(socket?.remoteAddress ?? '');
}

/** The part of an address that all addresses of one client have in common. */
export function limitedAddress(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [withoutZone = ''] = address.split('%');
  const [head = '', tail] = withoutZone.split('::');
  const first = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':');
    // An IPv4 address at the end takes the place of two groups.
    const length = last.length + (tail.includes('.') ? 1 : 0);
    while (first.length + length < 8) first.push('0');
    first.push(...last);
  }
  const network = first.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
