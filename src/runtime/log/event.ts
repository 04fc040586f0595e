/** An event of the log. `seq` starts at 1 and grows by one with each event, in the order of the commits. */
export type LogEvent = KnownEvent | UnknownEvent;

export type KnownEvent = MessageEvent | MembershipEvent | RevocationEvent;

interface EventBase {
  readonly seq: number;
  /** A random 32-bit number that identifies this event, so that another history of the log is noticed; 0 in events of the first version. */
  readonly mark: number;
  /** When it was appended by the database's clock, in milliseconds since the Unix epoch. */
  readonly createdAtMs: number;
}

/**
 * A message for the readers of a topic. A `redact` or `revise` event also changes earlier events of its entity: when
 * the tail applies it, whatever is kept in memory of them must be dropped or replaced.
 */
export interface MessageEvent extends EventBase {
  readonly kind: 'message' | 'redact' | 'revise';
  /** In the contract, as is the message, which is null if the event is sent to nobody. */
  readonly channel: string | null;
  readonly message: string | null;
  /** Whose event it is: those who have joined the topic get it. */
  readonly topic: string;
  /** Other users who get it. */
  readonly also: readonly string[];
  /** The id of the thing that the event describes, such as a post. */
  readonly entity: string | null;
  /** JSON; null once it is redacted. The event stays, so that the log has no gap. */
  readonly payload: string | null;
  /** For `revise`: the message whose event, with the same channel and entity, has got this payload. */
  readonly revises: string | null;
}

/** From this event on, `user` gets the events of `topic`, or no longer gets them. */
export interface MembershipEvent extends EventBase {
  readonly kind: 'join' | 'leave';
  readonly topic: string;
  readonly user: string;
}

/** Ends the validity of credentials: all nodes close the connections that use them. */
export interface RevocationEvent extends EventBase {
  readonly kind: 'revoke';
  /** The user whose credentials they are; '' if only the payload identifies them. */
  readonly topic: string;
  /** JSON: a revocation with its id. */
  readonly payload: string;
}

/** An event of a kind that this version does not know. */
export interface UnknownEvent extends EventBase {
  readonly kind: 'unknown';
  /** The kind in the log. */
  readonly name: string;
  /** The version of Posted that a reader needs; null if a reader may skip the event. */
  readonly requires: string | null;
}

/** A message that can be sent: it has a channel, and its payload was not redacted. */
export type SentMessage = MessageEvent & {
  readonly channel: string;
  readonly message: string;
  readonly payload: string;
};

export function isSent(event: LogEvent): event is SentMessage {
  return isMessage(event) && event.channel !== null && event.message !== null && event.payload !== null;
}

export function isMessage(event: LogEvent): event is MessageEvent {
  return event.kind === 'message' || event.kind === 'redact' || event.kind === 'revise';
}
