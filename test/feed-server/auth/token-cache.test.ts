import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { singleKey } from '../../../src/feed-server/auth/key-ring.ts';
import { secretKey } from '../../../src/feed-server/auth/keys.ts';
import { cacheVerified } from '../../../src/feed-server/auth/token-cache.ts';
import { createTokens } from '../../../src/feed-server/auth/tokens.ts';
import { settled } from './settled.ts';

const lifetimeMs = 60_000;

/** A cache for `maxTokens`, and the tokens that it had to verify. */
function createCache(maxTokens: number) {
  const verified: string[] = [];
  const verify = cacheVerified({
    verify(token) {
      verified.push(token);
      if (token.startsWith('bad')) throw new Error(`${token} is rejected`);
      return { id: `user of ${token}`, expiresAtMs: Date.now() + lifetimeMs };
    },
    isCurrent: ({ expiresAtMs }) => expiresAtMs > Date.now(),
    maxTokens,
  });
  return { verify: (token: string) => settled(verify(token)), verified };
}

describe('the token cache', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('does not verify a token again', () => {
    const { verify, verified } = createCache(10);
    expect([verify('a'), verify('b'), verify('a')].map(({ id }) => id)).toEqual([
      'user of a',
      'user of b',
      'user of a',
    ]);
    expect(verified).toEqual(['a', 'b']);
  });

  it('verifies a token again once it has expired', () => {
    const { verify, verified } = createCache(10);
    verify('a');
    vi.advanceTimersByTime(lifetimeMs - 1);
    verify('a');
    expect(verified).toEqual(['a']);
    vi.advanceTimersByTime(1);
    verify('a');
    verify('a');
    expect(verified).toEqual(['a', 'a']);
  });

  it('does not keep rejected tokens', () => {
    const { verify, verified } = createCache(10);
    expect(() => verify('bad')).toThrow('bad is rejected');
    expect(() => verify('bad')).toThrow('bad is rejected');
    expect(verified).toEqual(['bad', 'bad']);
  });

  it('evicts the tokens that were not used recently', () => {
    const { verify, verified } = createCache(4);
    for (const token of ['a', 'b', 'c', 'a', 'd', 'e', 'a', 'b']) verify(token);
    // "a" was used in between, so "b" was evicted.
    expect(verified).toEqual(['a', 'b', 'c', 'd', 'e', 'b']);
  });

  it('rejects a cached token the moment it expires', () => {
    const tokens = createTokens({
      keys: singleKey(secretKey('a secret of forty bytes, made for a test')),
      lifetimeSeconds: 60,
    });
    const token = tokens.issue('7b1f0f54-65a7-4c1e-9a36-0c5c1f3f8a11');
    const { expiresAtMs } = settled(tokens.verify(token));
    vi.setSystemTime(expiresAtMs - 1);
    expect(settled(tokens.verify(token)).expiresAtMs).toBe(expiresAtMs);
    vi.setSystemTime(expiresAtMs);
    expect(() => tokens.verify(token)).toThrow('The token has expired.');
  });
});
