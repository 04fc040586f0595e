import jwt from 'jsonwebtoken';
import { PostedError } from 'posted/server';
import type { TokenKey } from './keys.ts';
import { cacheVerified } from './token-cache.ts';

export interface TokenOptions {
  /** A secret issues and verifies tokens; a public key only verifies those of its issuer. */
  readonly key: TokenKey;
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
}

/** JSON Web Tokens (RFC 7519) whose subject is a user id. */
export interface Tokens {
  /** @throws PostedError `unauthorized` with the reason; it never quotes the token */
  verify(token: string): User;
  /** @throws PostedError `unavailable` if only another issuer can create tokens */
  issue(userId: string): string;
}

const maxTokenLength = 16_384;
const defaultLifetimeSeconds = 86_400;

/** About 200 bytes each. */
const maxCachedTokens = 16_384;

/**
 * Applies to `nbf` only: a new token must not be rejected because its issuer's clock is slightly ahead.
 * `exp` is exact, so that a connection closes the moment its token expires.
 */
const clockToleranceSeconds = 5;

/** The largest time value of ECMAScript (Date), in seconds. */
const maxTimeSeconds = 8.64e12;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function createTokens(options: TokenOptions): Tokens {
  const { issuer, audience, lifetimeSeconds = defaultLifetimeSeconds } = options;
  const { algorithm, key } = options.key;
  const parties = {
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };
  const checks = {
    ...parties,
    algorithms: [algorithm],
    clockTolerance: clockToleranceSeconds,
    complete: true as const,
  };

  const verify = cacheVerified((token) => {
    let verified: jwt.Jwt;
    try {
      verified = jwt.verify(token, key, checks);
    } catch (thrown) {
      // Not passed on as the cause: the library's error may quote the token.
      throw unauthorized(describe(thrown));
    }
    return readUser(verified);
  }, maxCachedTokens);

  return {
    verify(token) {
      if (token === '') throw unauthorized('The token is missing.');
      if (token.length > maxTokenLength) throw unauthorized('The token is too long.');
      return verify(token);
    },

    issue(userId) {
      if (key.type !== 'secret') {
        throw new PostedError(
          'unavailable',
          'This server verifies tokens with a public key and cannot issue them. Get a token from its issuer.',
        );
      }
      return jwt.sign({}, key, { ...parties, algorithm, subject: userId, expiresIn: lifetimeSeconds });
    },
  };
}

function readUser({ header, payload }: jwt.Jwt): User {
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
  return { id: sub, expiresAtMs: exp * 1000 };
}

const malformed = 'The token is malformed.';
const expired = 'The token has expired.';

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
