import type { Seen } from './frame.ts';

/** A case: what a client sends after the handshake, and all that a server must send before it ends the connection. */
export interface Row {
  readonly name: string;
  /** Each in a packet of its own. A close frame of 1000 follows, which a server that has failed the connection ignores. */
  readonly send: readonly Buffer[];
  /** Without a close frame if the server has nothing to object to and answers the one at the end. */
  readonly receive: readonly Seen[];
}

export function row(name: string, send: readonly Buffer[], receive: readonly Seen[]): Row {
  return { name, send, receive };
}

/** Each byte in a packet of its own. */
export function bytewise(bytes: Buffer): readonly Buffer[] {
  return pieces(bytes, 1);
}

export function pieces(bytes: Buffer, size: number): readonly Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}
