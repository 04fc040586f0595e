import { hash } from 'node:crypto';

/**
 * Wraps `verify` so that the signature of a token is verified once, and not with every request and
 * reconnect. A token is kept as its SHA-256 only, and until it expires; rejected tokens are not kept.
 *
 * Keeps at most `maxTokens`: at least the half of them that was used most recently.
 */
export function cacheVerified<Verified extends { readonly expiresAtMs: number }>(
  verify: (token: string) => Verified,
  maxTokens: number,
): (token: string) => Verified {
  // Two generations instead of one list: deleting from a Map's front gets slower with every deletion.
  let newer = new Map<string, Verified>();
  let older = new Map<string, Verified>();
  return (token) => {
    const digest = hash('sha256', token, 'binary');
    const recent = newer.get(digest);
    if (recent !== undefined && isCurrent(recent)) return recent;
    const aging = older.get(digest);
    const verified = aging !== undefined && isCurrent(aging) ? aging : verify(token);
    if (newer.size >= maxTokens / 2) {
      older = newer;
      newer = new Map();
    }
    newer.set(digest, verified);
    return verified;
  };
}

function isCurrent({ expiresAtMs }: { readonly expiresAtMs: number }): boolean {
  return expiresAtMs > Date.now();
}
