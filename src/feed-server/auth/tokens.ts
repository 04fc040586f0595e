import jwt from 'jsonwebtoken';
import { PostedError } from 'posted/server';
import type { TokenKey } from './keys.ts';
import { rememberTokens } from './recent-tokens.ts';

export interface TokenOptions {
  /** A secret makes and checks tokens; a public key only checks those of its issuer. */
  readonly key: TokenKey;
  /** What `iss` must be, and is in the tokens made here. Undefined: any. */
  readonly issuer?: string | undefined;
  /** What `aud` must be or hold, and is in the tokens made here. Undefined: any. */
  readonly audience?: string | undefined;
  /** How long the tokens made here are good for. Default: 24 hours. */
  readonly lifetimeSeconds?: number;
}

/** Who a token stands for. */
export interface User {
  /** The subject of the token: a lower-case UUID. */
  readonly id: string;
  /** When the token ends, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** JSON Web Tokens (RFC 7519) whose subject is a user id. */
export interface Tokens {
  /** @throws PostedError `unauthorized` that says what is wrong, and never quotes the token. */
  verify(token: string): User;
  /** @throws PostedError `unavailable` where only another issuer can make tokens. */
  issue(userId: string): string;
}

const maxTokenLength = 16_384;
const defaultLifetimeSeconds = 86_400;

/** Tokens that are remembered once they have been verified: about 200 bytes each. */
const maxRemembered = 16_384;

/**
 * Granted to `nbf` alone: a new token must not be refused because the clock of its issuer runs a little
 * ahead. `exp` is exact, so that a connection is closed in the very moment when its token ends.
 */
const clockToleranceSeconds = 5;

/** The largest time of ECMAScript (Date), in seconds. */
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

  const verify = rememberTokens((token) => {
    let verified: jwt.Jwt;
    try {
      verified = jwt.verify(token, key, checks);
    } catch (thrown) {
      // Not kept as the cause: what the library caught may quote the token.
      throw unauthorized(describe(thrown));
    }
    return readUser(verified);
  }, maxRemembered);

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
          'This server checks tokens with a public key and cannot make them: get one from their issuer.',
        );
      }
      return jwt.sign({}, key, { ...parties, algorithm, subject: userId, expiresIn: lifetimeSeconds });
    },
  };
}

function readUser({ header, payload }: jwt.Jwt): User {
  // RFC 7515 section 4.1.11; the library passes over it.
  if ('crit' in header) throw unauthorized('The token asks for an extension that is not known here.');
  if (typeof payload === 'string') throw unauthorized(malformed);
  const { exp, sub } = payload;
  if (exp === undefined) throw unauthorized('The token has no expiry (exp).');
  if (exp * 1000 <= Date.now()) throw unauthorized(expired);
  if (exp > maxTimeSeconds) throw unauthorized('The expiry of the token (exp) is no time.');
  if (typeof sub !== 'string' || !uuid.test(sub)) {
    throw unauthorized('The subject of the token (sub) is no user id.');
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
  if (message.startsWith('jwt issuer invalid')) return 'The token comes from another issuer.';
  if (message.startsWith('jwt audience invalid')) return 'The token is meant for another audience.';
  if (/^(?:jwt malformed|invalid token|invalid (?:exp|nbf) value)$/.test(message)) return malformed;
  return 'The signature of the token is not valid.';
}

function unauthorized(message: string): PostedError {
  return new PostedError('unauthorized', message);
}
