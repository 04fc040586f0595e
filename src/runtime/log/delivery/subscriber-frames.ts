import type { Encoded } from '../../server/handlers.ts';
import type { Position } from '../cursor.ts';
import type { SentMessage } from '../event.ts';
import type { ResetReason } from '../tail-listener.ts';

/** The frames of a channel's subscribers; null if a message breaks the contract. */
export interface SubscriberFrames {
  /** Whether this version knows the message. A later one, whose contract has more messages, may share the log. */
  knows(message: SentMessage): boolean;
  message(message: SentMessage): Encoded | null;
  ready(position: Position, resumed: boolean, limits: SubscriberLimits): Encoded | null;
  checkpoint(position: Position): Encoded | null;
  reset(position: Position, reason: ResetReason): Encoded | null;
  bye(retryAfterMs: number): Encoded | null;
  alive(staleMs: number): Encoded | null;
}

/** The limits that a client is told when it connects. */
export interface SubscriberLimits {
  /** How many messages may be unacknowledged. */
  readonly window: number;
  /** How long the client is sent nothing at most; null for a client that has not stated its window. */
  readonly heartbeatMs: number | null;
}
