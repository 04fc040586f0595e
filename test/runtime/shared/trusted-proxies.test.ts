import { describe, expect, it } from 'vitest';
import {
  type ProxiedRequest,
  TrustedProxies,
  type TrustProxyOptions,
} from '../../../src/runtime/shared/trusted-proxies.ts';

const proxy = '10.0.0.1';

function requestFrom(remoteAddress: string, headers: ProxiedRequest['headers'] = {}): ProxiedRequest {
  return { socket: { remoteAddress }, headers: { host: 'inner:8080', ...headers } };
}

function behind(options: Partial<TrustProxyOptions> = {}): TrustedProxies {
  return new TrustedProxies({ networks: ['10.0.0.0/8', '2001:db8::/32'], ...options });
}

describe('the address of a client', () => {
  it.each([
    ['of a connection that does not come from a proxy', '203.0.113.9', '198.51.100.7', '203.0.113.9'],
    ['that the proxy reports', proxy, '198.51.100.7', '198.51.100.7'],
    ['through two proxies', proxy, '198.51.100.7, 10.0.0.2', '198.51.100.7'],
    ['whose own report is not trusted', proxy, '192.0.2.66, 198.51.100.7', '198.51.100.7'],
    ['with a port', proxy, '198.51.100.7:4711', '198.51.100.7'],
    ['of IPv6 with a port', proxy, '[2001:db9::7]:4711', '2001:db9::7'],
    ['of IPv6 without one', proxy, '2001:db9::7', '2001:db9::7'],
    ['of an IPv6 proxy', '2001:db8::1', '198.51.100.7', '198.51.100.7'],
    ['of a proxy on a socket for both versions', `::ffff:${proxy}`, '198.51.100.7', '198.51.100.7'],
    ['of IPv4 in IPv6', proxy, '::ffff:198.51.100.7', '198.51.100.7'],
    ['that the proxy does not know', proxy, 'unknown', proxy],
    ['that a proxy in between does not know', proxy, 'unknown, 10.0.0.2', '10.0.0.2'],
    ['if the header is missing', proxy, undefined, proxy],
    ['if all hops are proxies', proxy, '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['if the header is not a list of addresses', proxy, ',, ,<script>', proxy],
  ])('is right: the one %s', (_, peer, forwardedFor, address) => {
    const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
    expect(behind().addressOf(requestFrom(peer, headers))).toBe(address);
  });

  it.each([
    ['for=198.51.100.7', '198.51.100.7'],
    ['For="198.51.100.7:4711";proto=https', '198.51.100.7'],
    ['for="[2001:db9::7]:4711"', '2001:db9::7'],
    ['for=192.0.2.66, for=198.51.100.7;by=10.0.0.2, for=10.0.0.2', '198.51.100.7'],
    ['for="_hidden, for=192.0.2.66"', proxy],
    ['for="a\\", for=192.0.2.66;x=\\""', proxy],
    ['proto=https', proxy],
    ['for', proxy],
    ['', proxy],
  ])('comes from Forwarded: %s', (forwarded, address) => {
    expect(behind({ headers: 'forwarded' }).addressOf(requestFrom(proxy, { forwarded }))).toBe(address);
  });

  it('does not come from headers that the proxies do not set', () => {
    const headers = { 'x-forwarded-for': '198.51.100.7', forwarded: 'for=192.0.2.66' };
    expect(behind().addressOf(requestFrom(proxy, headers))).toBe('198.51.100.7');
    expect(behind({ headers: 'forwarded' }).addressOf(requestFrom(proxy, headers))).toBe('192.0.2.66');
  });

  it('is that of the connection if no proxy is trusted', () => {
    const request = requestFrom(proxy, { 'x-forwarded-for': '198.51.100.7' });
    expect(new TrustedProxies().addressOf(request)).toBe(proxy);
  });

  it.each([
    ['loopback', '127.1.2.3'],
    ['loopback', '::1'],
    ['private', '192.168.7.7'],
    ['private', 'fd00::7'],
  ])('may come from a proxy of the networks named %s: %s', (name, peer) => {
    const proxies = new TrustedProxies({ networks: [name] });
    expect(proxies.addressOf(requestFrom(peer, { 'x-forwarded-for': '198.51.100.7' }))).toBe('198.51.100.7');
  });

  it('is unknown for a request that did not come from a socket', () => {
    expect(behind().addressOf({ headers: {} })).toBe('');
  });
});

describe('the host that a client asked for', () => {
  it('is what the proxy reports', () => {
    const headers = { 'x-forwarded-for': '198.51.100.7', 'x-forwarded-host': 'evil.example, feed.example' };
    expect(behind().hostOf(requestFrom(proxy, headers))).toBe('feed.example');
    expect(behind().hostOf(requestFrom(proxy, { 'x-forwarded-host': 'feed.example' }))).toBe('feed.example');
  });

  it('is what the first proxy reports in Forwarded', () => {
    const forwarded = 'host=evil.example, for=198.51.100.7;host=feed.example, for=10.0.0.2;host=inner';
    expect(behind({ headers: 'forwarded' }).hostOf(requestFrom(proxy, { forwarded }))).toBe('feed.example');
  });

  it('is that of the request if no trusted proxy reports one', () => {
    expect(behind().hostOf(requestFrom(proxy))).toBe('inner:8080');
    const headers = { 'x-forwarded-host': 'evil.example' };
    expect(behind().hostOf(requestFrom('203.0.113.9', headers))).toBe('inner:8080');
  });
});

describe('the networks of proxies', () => {
  it.each(['10.0.0.0/33', '10.0.0', 'proxy.example', '10.0.0.0/8/8', '::1/129', '10.0.0.0/x', ''])(
    'must be networks: %s',
    (network) => {
      expect(() => new TrustedProxies({ networks: [network] })).toThrow(
        `'${network}' is neither an address nor a network such as 10.0.0.0/8.`,
      );
    },
  );
});
