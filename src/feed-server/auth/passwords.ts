import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/**
 * Argon2id (RFC 9106), the library's default variant, with the parameters of the OWASP Password
 * Storage Cheat Sheet: 19 MiB, two passes, one lane. A call takes about 20 ms of a core.
 */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The password's hash with its salt and parameters, as a PHC string. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalize(password), parameters);
}

/**
 * Whether `passwordHash`, a result of `hashPassword`, belongs to `password`. Takes as long without a hash, so that the
 * time does not tell whether there is one.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const isRight = await verify(passwordHash ?? nobodysHash, normalize(password));
  return isRight && passwordHash !== null;
}

/** The form of a hash, of which no password is known. */
const nobodysHash = [
  '$argon2id$v=19',
  `m=${parameters.memoryCost},t=${parameters.timeCost},p=${parameters.parallelism}`,
  base64(randomBytes(16)),
  base64(randomBytes(32)),
].join('$');

/** Without padding, as in PHC strings. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

/**
 * NFKC (NIST SP 800-63B on Unicode passwords): one keyboard sends a password composed, another sends it
 * decomposed or full-width. Changing this would lock out the affected users.
 */
function normalize(password: string): string {
  return password.normalize('NFKC');
}
