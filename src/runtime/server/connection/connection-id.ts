import { randomUUID } from 'node:crypto';

/**
 * A UUID. The one that Node makes is put together of many small strings, ten times the size, and an id
 * is kept as long as its connection: this is a plain copy.
 */
export function createConnectionId(): string {
  return Buffer.from(randomUUID(), 'latin1').toString('latin1');
}
