import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { secretKey } from '../../../src/feed-server/auth/keys.ts';
import { rememberTokens } from '../../../src/feed-server/auth/recent-tokens.ts';
import { createTokens } from '../../../src/feed-server/auth/tokens.ts';

const lifetimeMs = 60_000;

/** Remembers `maxTokens`, and notes which it had to verify. */
function remember(maxTokens: number) {
  const verified: string[] = [];
  const verify = rememberTokens((token) => {
    verified.push(token);
    if (token.startsWith('bad')) throw new Error(`${token} is refused`);
    return { id: `user of ${token}`, expiresAtMs: Date.now() + lifetimeMs };
  }, maxTokens);
  return { verify, verified };
}

describe('tokens that were verified', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are not verified again', () => {
    const { verify, verified } = remember(10);
    expect([verify('a'), verify('b'), verify('a')].map(({ id }) => id)).toEqual([
      'user of a',
      'user of b',
      'user of a',
    ]);
    expect(verified).toEqual(['a', 'b']);
  });

  it('are verified again once they have ended', () => {
    const { verify, verified } = remember(10);
    verify('a');
    vi.advanceTimersByTime(lifetimeMs - 1);
    verify('a');
    expect(verified).toEqual(['a']);
    vi.advanceTimersByTime(1);
    verify('a');
    verify('a');
    expect(verified).toEqual(['a', 'a']);
  });

  it('are not remembered where they were refused', () => {
    const { verify, verified } = remember(10);
    expect(() => verify('bad')).toThrow('bad is refused');
    expect(() => verify('bad')).toThrow('bad is refused');
    expect(verified).toEqual(['bad', 'bad']);
  });

  it('are forgotten when there are too many, but for those that were used last', () => {
    const { verify, verified } = remember(4);
    for (const token of ['a', 'b', 'c', 'a', 'd', 'e', 'a', 'b']) verify(token);
    // a was used in between; b gave way.
    expect(verified).toEqual(['a', 'b', 'c', 'd', 'e', 'b']);
  });

  it('end in their very second', () => {
    const tokens = createTokens({
      key: secretKey('a secret of forty bytes, made for a test'),
      lifetimeSeconds: 60,
    });
    const token = tokens.issue('7b1f0f54-65a7-4c1e-9a36-0c5c1f3f8a11');
    const { expiresAtMs } = tokens.verify(token);
    vi.setSystemTime(expiresAtMs - 1);
    expect(tokens.verify(token).expiresAtMs).toBe(expiresAtMs);
    vi.setSystemTime(expiresAtMs);
    expect(() => tokens.verify(token)).toThrow('The token has expired.');
  });
});
