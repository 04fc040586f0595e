import type { TokenKey } from './keys.ts';

/** A key with the name (`kid`, RFC 7515 section 4.1.4) by which tokens choose it; undefined if it has none. */
export interface NamedKey extends TokenKey {
  readonly kid: string | undefined;
}

/** The keys of tokens, which may change while the server runs. */
export interface KeyRing {
  /** Signs new tokens. Undefined if only another issuer can sign them. */
  readonly signingKey: NamedKey | undefined;
  /** The key for a token with this `kid`, which is undefined for a token without one. */
  find(kid: string | undefined): TokenKey | undefined;
  /** Whether the key is still one of these. */
  has(key: TokenKey): boolean;
  /**
   * Looks for new keys if no key has this `kid`. Undefined if there is nothing to wait for. Does not reject.
   */
  search(kid: string): Promise<void> | undefined;
  /** False until the keys were read for the first time. */
  readonly isLoaded: boolean;
  readonly all: readonly TokenKey[];
}

/** One key for all tokens, whatever their `kid`. */
export function singleKey(key: TokenKey): KeyRing {
  return {
    signingKey: key.key.type === 'secret' ? { ...key, kid: undefined } : undefined,
    find: () => key,
    has: () => true,
    search: () => undefined,
    isLoaded: true,
    all: [key],
  };
}
