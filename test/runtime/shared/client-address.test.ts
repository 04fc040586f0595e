import { describe, expect, it } from 'vitest';
import { clientAddress, limitedAddress } from '../../../src/runtime/shared/client-address.ts';

describe('the address by which a client is limited', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0001:2::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ])('of %s is %s', (address, limited) => {
    expect(limitedAddress(address)).toBe(limited);
  });

  it('is empty if the request did not come from a socket', () => {
    expect(clientAddress({})).toBe('');
    expect(clientAddress({ socket: { remoteAddress: '192.0.2.7' } })).toBe('192.0.2.7');
  });
});
