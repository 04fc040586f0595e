import type { BusState } from '../shared/bus.ts';
import type { ErrorCode } from '../shared/errors.ts';
import type { PeerDropReason } from './peers/peer-message.ts';

/** Receives the runtime's events, for metrics. Every label comes from a closed set, never from a client. */
export interface ContractObserver extends PeersObserver {
  connectionOpened(channel: string): void;
  /** `code` is a code of close-codes.ts or of RFC 6455 section 7.4.1, or 'other'. */
  connectionClosed(channel: string, code: string): void;
  handshakeRefused(reason: RefusalReason): void;
  /** `seconds` is from the request to the 101 response. */
  handshakeCompleted(channel: string, seconds: number): void;
  /** A message, or one message each of the same name, was queued to this many connections. */
  messageSent(channel: string, message: string, connections: number): void;
  messageReceived(channel: string, message: string): void;
  /** `message` is 'unknown' for a received frame that is not one of the channel's messages. */
  messageInvalid(channel: string, message: string, direction: 'send' | 'receive'): void;
  /** A request was answered with an error. */
  errorAnswered(channel: string, operation: string, code: ErrorCode): void;
  /** `seconds` is from the event that the message is about to its write to the sockets. */
  messagePublished(channel: string, message: string, seconds: number): void;
}

/** Events of the messages between the nodes of an application. */
export interface PeersObserver {
  /** The bus that connects the nodes is up or down; it starts down. */
  peersChanged(state: BusState): void;
  /** A message to all other nodes was passed to the bus. */
  peerMessageSent(): void;
  peerMessageReceived(): void;
  /** A message was not sent, or a received one was not used. */
  peerMessageDropped(reason: PeerDropReason): void;
}

const ignore = (): void => {};

/** Ignores every event. */
export const silentObserver: ContractObserver = {
  connectionOpened: ignore,
  connectionClosed: ignore,
  handshakeRefused: ignore,
  handshakeCompleted: ignore,
  messageSent: ignore,
  messageReceived: ignore,
  messageInvalid: ignore,
  errorAnswered: ignore,
  messagePublished: ignore,
  peersChanged: ignore,
  peerMessageSent: ignore,
  peerMessageReceived: ignore,
  peerMessageDropped: ignore,
};

export type RefusalReason =
  | 'not_a_websocket'
  | 'bad_handshake'
  | 'unknown_path'
  | 'method'
  | 'origin'
  | 'query'
  | 'parameters'
  | 'headers'
  | 'unauthorized'
  | 'forbidden'
  | 'capacity'
  | 'user_limit'
  | 'address_limit'
  | 'pending_limit'
  | 'address_pending_limit'
  | 'timeout'
  | 'shutting_down'
  | 'handler'
  | 'gone';
