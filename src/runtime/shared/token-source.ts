import { jwtLifetimeMs } from './jwt-lifetime.ts';

/** What a client says when it asks for a token. */
export interface TokenRequest {
  /** A token that the caller cannot use any more: the server rejected it, or it is about to expire. */
  readonly stale?: string;
}

/** Returns a token. It is the same one until a caller says that it is stale, or until it expires. */
export type TokenSource = (request?: TokenRequest) => Promise<string>;

/** A request for a token that takes longer is not waited for by later callers. */
const maxWaitMs = 30_000;
/** A token is replaced after this share of its lifetime, so that it does not expire on its way. */
const usedShare = 0.95;

/**
 * Shares one token among clients: pass the result as `auth` to each of them, over REST and over channels. `getToken` is
 * called for the first token and for another one when a token is stale or has expired, and only once at a time: callers
 * wait for the same call.
 */
export function tokenSource(getToken: (request: TokenRequest) => string | Promise<string>): TokenSource {
  let token: string | undefined;
  let usableUntilMs = 0;
  let pending: Promise<string> | undefined;
  let pendingUntilMs = 0;

  async function replace(): Promise<string> {
    const next = await getToken(token === undefined ? {} : { stale: token });
    const leftMs = jwtLifetimeMs(next);
    token = next;
    // A clock that is fast must not make every new token look expired: then the server decides.
    usableUntilMs =
      leftMs === undefined || leftMs <= 0 ? Number.POSITIVE_INFINITY : Date.now() + leftMs * usedShare;
    return next;
  }

  return async ({ stale } = {}) => {
    const nowMs = Date.now();
    if (pending !== undefined && nowMs < pendingUntilMs) return pending;
    if (token !== undefined && token !== stale && nowMs < usableUntilMs) return token;
    const started = replace();
    pending = started;
    pendingUntilMs = nowMs + maxWaitMs;
    try {
      return await started;
    } finally {
      if (pending === started) pending = undefined;
    }
  };
}
