import { hash, verify } from '@node-rs/argon2';
import { PostedError } from 'posted/server';

export interface PasswordOptions {
  /** How many calls may be running or waiting for a thread; further calls are rejected. */
  readonly maxPending: number;
}

/** Both methods reject with PostedError `unavailable` when too many calls are pending. */
export interface Passwords {
  /** The password's hash with its salt and parameters, as a PHC string. */
  hash(password: string): Promise<string>;
  /** Whether `passwordHash`, a result of `hash`, belongs to `password`. */
  verify(passwordHash: string, password: string): Promise<boolean>;
}

/**
 * Argon2id (RFC 9106), the library's default variant, with the parameters of the OWASP Password
 * Storage Cheat Sheet: 19 MiB, two passes, one lane.
 */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const retryAfterMs = 1000;

export function createPasswords({ maxPending }: PasswordOptions): Passwords {
  let pending = 0;

  async function bounded<Result>(work: () => Promise<Result>): Promise<Result> {
    if (pending >= maxPending) {
      throw new PostedError('unavailable', 'Too many passwords are being checked. Try again later.', {
        retryAfterMs,
      });
    }
    pending += 1;
    try {
      return await work();
    } finally {
      pending -= 1;
    }
  }

  return {
    hash: (password) => bounded(() => hash(normalize(password), parameters)),
    verify: (passwordHash, password) => bounded(() => verify(passwordHash, normalize(password))),
  };
}

/**
 * NFKC (NIST SP 800-63B on Unicode passwords): one keyboard sends a password composed, another sends it
 * decomposed or full-width. Changing this would lock out the affected users.
 */
function normalize(password: string): string {
  return password.normalize('NFKC');
}
