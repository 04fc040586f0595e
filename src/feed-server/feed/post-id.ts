import { randomUUID } from 'node:crypto';

/**
 * A UUID of version 7 (RFC 9562): milliseconds since the epoch, then 74 random bits. Posts of one time are
 * neighbours in the index of the ids, so that a batch of them changes one page of it and not one for each.
 */
export function createPostId(nowMs: number): string {
  const time = nowMs.toString(16).padStart(12, '0');
  // What follows the version of a random one: random bits, and the variant among them.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
