import { randomUUID } from 'node:crypto';

/**
 * Creates a UUID. Node's string is a tree of many small strings, ten times the size; ids live as long as their
 * connections, so this returns a flat copy.
 */
export function createConnectionId(): string {
  return Buffer.from(randomUUID(), 'latin1').toString('latin1');
}
