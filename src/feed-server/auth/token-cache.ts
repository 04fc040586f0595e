import { hash } from 'node:crypto';

export interface TokenCacheOptions<Verified> {
  readonly verify: (token: string) => Verified | Promise<Verified>;
  /** Whether a result still holds. */
  readonly isCurrent: (verified: Verified) => boolean;
  readonly maxTokens: number;
}

/**
 * Wraps `verify` so that the signature of a token is verified once, and not with every request and
 * reconnect. A token is kept as its SHA-256 only, and while it is current; rejected tokens are not kept.
 *
 * Keeps at most `maxTokens`: at least the half of them that was used most recently.
 */
export function cacheVerified<Verified extends object>({
  verify,
  isCurrent,
  maxTokens,
}: TokenCacheOptions<Verified>): (token: string) => Verified | Promise<Verified> {
  // Two generations instead of one list: deleting from a Map's front gets slower with every deletion.
  let newer = new Map<string, Verified>();
  let older = new Map<string, Verified>();

  function keep(digest: string, verified: Verified): Verified {
    if (newer.size >= maxTokens / 2) {
      older = newer;
      newer = new Map();
    }
    newer.set(digest, verified);
    return verified;
  }

  return (token) => {
    const digest = hash('sha256', token, 'binary');
    const recent = newer.get(digest);
    if (recent !== undefined && isCurrent(recent)) return recent;
    const aging = older.get(digest);
    const verified = aging !== undefined && isCurrent(aging) ? aging : verify(token);
    if (!(verified instanceof Promise)) return keep(digest, verified);
    return verified.then((later) => keep(digest, later));
  };
}
