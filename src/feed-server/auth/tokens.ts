import { hash, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { PostedError } from 'posted/server';
import type { KeyRing } from './key-ring.ts';
import type { TokenKey } from './keys.ts';
import { cacheVerified } from './token-cache.ts';
import { createKidOf } from './token-header.ts';

export interface TokenOptions {
  /** Secrets issue and verify tokens; public keys only verify those of their issuer. */
  readonly keys: KeyRing;
  /** The required `iss`, also set in issued tokens. Undefined: any. */
  readonly issuer?: string | undefined;
  /** The required `aud`, or one of a token's several, also set in issued tokens. Undefined: any. */
  readonly audience?: string | undefined;
  /** How long issued tokens are valid. Default: 24 hours. */
  readonly lifetimeSeconds?: number;
}

/** The user that a token identifies. */
export interface User {
  /** The token's subject: a lowercase UUID. */
  readonly id: string;
  /** When the token expires, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
  /** Identifies the token among those of the user: its `jti`, or else a hash of what was signed. */
  readonly tokenId: string;
  /** The version that the user's tokens had when this one was issued; 0 without one, and for another issuer's tokens. */
  readonly tokenVersion: number;
}

/** JSON Web Tokens (RFC 7519) whose subject is a user id. */
export interface Tokens {
  /**
   * A promise only if the token has an unknown key, which may be a new one.
   *
   * @throws PostedError `unauthorized` with the reason, which never quotes the token; `unavailable` if no key was read yet
   */
  verify(token: string): User | Promise<User>;
  /** False if only another issuer can create tokens. */
  readonly canIssue: boolean;
  /** @throws PostedError `forbidden` if only another issuer can create tokens */
  issue(userId: string, version?: number): string;
}

/** A user, and the key that has verified the token. */
interface Verified {
  readonly user: User;
  readonly key: TokenKey;
}

const maxTokenLength = 16_384;
const defaultLifetimeSeconds = 86_400;

/** About 300 bytes each. */
const maxCachedTokens = 16_384;

/**
 * Applies to `nbf` only: a new token must not be rejected because its issuer's clock is slightly ahead.
 * `exp` is exact, so that a connection closes the moment its token expires.
 */
const clockToleranceSeconds = 5;

/** Not a registered claim, so that it is not that of another issuer. */
const versionClaim = 'token_version';

const maxIdLength = 64;

/** The largest time value of ECMAScript (Date), in seconds. */
const maxTimeSeconds = 8.64e12;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function createTokens(options: TokenOptions): Tokens {
  const { issuer, audience, lifetimeSeconds = defaultLifetimeSeconds } = options;
  const { keys } = options;
  const parties = {
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };

  function verifyWith(key: TokenKey | undefined, token: string): Verified {
    if (key === undefined) throw keys.isLoaded ? unauthorized(unknownKey) : noKeysYet();
    let verified: jwt.Jwt;
    try {
      verified = jwt.verify(token, key.key, {
        ...parties,
        // The key determines the algorithm, never the token.
        algorithms: [key.algorithm],
        clockTolerance: clockToleranceSeconds,
        complete: true,
      });
    } catch (thrown) {
      // Not passed on as the cause: the library's error may quote the token.
      throw unauthorized(describe(thrown));
    }
    return { user: readUser(verified, token, key), key };
  }

  const kidOf = createKidOf();
  const verify = cacheVerified({
    verify(token): Verified | Promise<Verified> {
      const kid = kidOf(token);
      const search = kid === undefined ? undefined : keys.search(kid);
      if (search === undefined) return verifyWith(keys.find(kid), token);
      return search.then(() => verifyWith(keys.find(kid), token));
    },
    isCurrent: ({ user, key }) => user.expiresAtMs > Date.now() && keys.has(key),
    maxTokens: maxCachedTokens,
  });

  return {
    verify(token) {
      if (token === '') throw unauthorized('The token is missing.');
      if (token.length > maxTokenLength) throw unauthorized('The token is too long.');
      const verified = verify(token);
      return verified instanceof Promise ? verified.then(({ user }) => user) : verified.user;
    },

    get canIssue() {
      return keys.signingKey !== undefined;
    },

    issue(userId, version = 0) {
      const { signingKey } = keys;
      if (signingKey === undefined) throw noLogins();
      const { kid, algorithm, key } = signingKey;
      return jwt.sign(version === 0 ? {} : { [versionClaim]: version }, key, {
        ...parties,
        ...(kid === undefined ? {} : { keyid: kid }),
        algorithm,
        subject: userId,
        jwtid: randomUUID(),
        expiresIn: lifetimeSeconds,
      });
    },
  };
}

function readUser({ header, payload }: jwt.Jwt, token: string, { key }: TokenKey): User {
  // RFC 7515 section 4.1.11; the library ignores it.
  if ('crit' in header) throw unauthorized('The token requires an unsupported extension (crit).');
  if (typeof payload === 'string') throw unauthorized(malformed);
  const { exp, sub } = payload;
  if (exp === undefined) throw unauthorized('The token has no expiry (exp).');
  if (exp * 1000 <= Date.now()) throw unauthorized(expired);
  if (exp > maxTimeSeconds) throw unauthorized("The token's expiry (exp) is out of range.");
  if (typeof sub !== 'string' || !uuid.test(sub)) {
    throw unauthorized("The token's subject (sub) is not a user id.");
  }
  const version: unknown = key.type === 'secret' ? payload[versionClaim] : 0;
  return {
    // Of another issuer, which may spell it in upper case (RFC 9562 section 4).
    id: sub.toLowerCase(),
    expiresAtMs: exp * 1000,
    tokenId: idOf(payload.jti, token),
    tokenVersion: typeof version === 'number' ? version : 0,
  };
}

/** Without the signature: some algorithms have several signatures of the same token. */
function idOf(jti: unknown, token: string): string {
  if (typeof jti === 'string' && jti !== '' && jti.length <= maxIdLength && !jti.includes('\0')) return jti;
  return hash('sha256', token.slice(0, token.lastIndexOf('.')), 'base64url');
}

const malformed = 'The token is malformed.';
const expired = 'The token has expired.';
const unknownKey = "The token's key (kid) is not known here.";

/** The answer to whoever wants to register or log in where only another issuer can create tokens. */
export function noLogins(): PostedError {
  return new PostedError(
    'forbidden',
    'This server accepts the tokens of another issuer and has no logins of its own. Get a token from that issuer.',
  );
}

function noKeysYet(): PostedError {
  return new PostedError('unavailable', "The issuer's keys could not be read yet. Try again later.", {
    retryAfterMs: 1000,
  });
}

function describe(thrown: unknown): string {
  if (thrown instanceof jwt.TokenExpiredError) return expired;
  if (thrown instanceof jwt.NotBeforeError) return 'The token is not valid yet.';
  if (thrown instanceof SyntaxError) return malformed;
  const message = thrown instanceof jwt.JsonWebTokenError ? thrown.message : '';
  if (message.startsWith('jwt issuer invalid')) return 'The token is from another issuer.';
  if (message.startsWith('jwt audience invalid')) return 'The token is for another audience.';
  if (/^(?:jwt malformed|invalid token|invalid (?:exp|nbf) value)$/.test(message)) return malformed;
  return "The token's signature is invalid.";
}

function unauthorized(message: string): PostedError {
  return new PostedError('unauthorized', message);
}
