import { hash } from 'node:crypto';
import type { User } from './tokens.ts';

/**
 * Remembers whom tokens stand for, so that a signature is checked once and not with every request and
 * reconnect. A token is known by its SHA-256 alone, until it ends; one that does not hold is not remembered.
 *
 * At most `maxTokens` are remembered, and of those at least the half that was used last.
 */
export function rememberTokens(verify: (token: string) => User, maxTokens: number): (token: string) => User {
  // Two generations instead of one list: whoever takes from a Map's front walks over all that was taken before.
  let newer = new Map<string, User>();
  let older = new Map<string, User>();
  return (token) => {
    const digest = hash('sha256', token, 'binary');
    const recent = newer.get(digest);
    if (recent !== undefined && isGood(recent)) return recent;
    const known = older.get(digest);
    const user = known !== undefined && isGood(known) ? known : verify(token);
    if (newer.size >= maxTokens / 2) {
      older = newer;
      newer = new Map();
    }
    newer.set(digest, user);
    return user;
  };
}

function isGood({ expiresAtMs }: User): boolean {
  return expiresAtMs > Date.now();
}
