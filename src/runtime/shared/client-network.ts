/**
 * The part of an address that all addresses of one client have in common, by which it is limited. For IPv6 it is the first
 * half (/64), since a client has all addresses of its network.
 */
export function clientNetwork(address: string): string {
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
