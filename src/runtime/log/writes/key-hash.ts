import { createHash } from 'node:crypto';
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
