import type { ConnectionFilter } from './connection-filter.ts';

/** A message for the connections of a room, which may be on any node. */
export interface RoomMessage {
  /** The channel's name in the contract. */
  readonly channel: string;
  /** The key of the room. */
  readonly room: string;
  /** The message's name in the contract. */
  readonly message: string;
  readonly content: unknown;
}

/** The other nodes of the application. What is sent to them is delivered at most once, and stored nowhere. */
export interface Peers {
  sendToRoom(message: RoomMessage): void;
  /** Closes the connections that match the filter. */
  kick(filter: ConnectionFilter, reason: string): void;
}
