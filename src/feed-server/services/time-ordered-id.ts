import { randomUUID } from 'node:crypto';

/**
 * A UUID version 7 (RFC 9562): milliseconds since the Unix epoch, then 74 random bits. Rows of about the same time are
 * neighbors in the database's index of ids, so that a batch of them changes few of its pages.
 */
export function createTimeOrderedId(nowMs: number): string {
  const time = nowMs.toString(16).padStart(12, '0');
  // The random part of a version 4 UUID includes the variant.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
