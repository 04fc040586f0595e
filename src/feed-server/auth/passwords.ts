import { hash, verify } from '@node-rs/argon2';
import { PostedError } from 'posted/server';

export interface PasswordOptions {
  /** How many calls may be at work or waiting for a thread; those beyond are refused. */
  readonly maxPending: number;
}

/** Both methods reject with PostedError `unavailable` when too many calls are pending. */
export interface Passwords {
  /** The password's hash, with its salt and its parameters, as a PHC string. */
  hash(password: string): Promise<string>;
  /** Whether `passwordHash`, a result of `hash`, was made of `password`. */
  verify(passwordHash: string, password: string): Promise<boolean>;
}

/**
 * Argon2id (RFC 9106), the library's default variant, with the parameters of the OWASP Password
 * Storage Cheat Sheet: 19 MiB, two passes, one lane.
 */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const retryAfterSeconds = 1;

export function createPasswords({ maxPending }: PasswordOptions): Passwords {
  let pending = 0;

  async function bounded<Result>(work: () => Promise<Result>): Promise<Result> {
    if (pending >= maxPending) {
      throw new PostedError('unavailable', 'Too many passwords are being checked. Try again soon.', {
        retryAfterSeconds,
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
 * NFKC (NIST SP 800-63B on passwords in Unicode): the same password may come composed from one
 * keyboard, decomposed or full-width from another. A change here would lock out whoever it touches.
 */
function normalize(password: string): string {
  return password.normalize('NFKC');
}
