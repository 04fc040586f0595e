import { createHash } from 'node:crypto';
import { PostedError } from '../../shared/errors.ts';
import type { RegisteredWrite } from './registered-write.ts';

const hashLength = 22;

/** Identifies what an idempotency key was used for: the write, and the columns that a retry must repeat. */
export function keyHash({ name, key }: RegisteredWrite, row: Readonly<Record<string, unknown>>): string {
  const body = (key?.body ?? []).map((column) => row[column] ?? null);
  return createHash('sha256')
    .update(JSON.stringify([name, ...body]))
    .digest('base64url')
    .slice(0, hashLength);
}

/** The error for a key that was used for something else than `hash`; null if this is a retry. */
export function keyConflict(usedHash: string | null, hash: string | null): PostedError | null {
  // Keys of the first version have no hash: they match everything.
  if (usedHash === null || usedHash === hash) return null;
  return new PostedError(
    'idempotency_key_reused',
    'The Idempotency-Key was used for another request. Use a new key for each request.',
  );
}
