/** An event of the log, as far as hints are concerned. */
export interface HintedEvent {
  readonly seq: number;
}

/**
 * Notifies the nodes that share a log as soon as it has grown. Every broker guarantees:
 *
 * - Nothing about delivery: a hint may be lost, repeated, late or out of order. Only the log is authoritative, and a
 *   node that sees a gap between seqs reads the log.
 * - `publish` never waits and never throws, whatever the state of the engine. Events that cannot be sent yet take a
 *   bounded amount of memory: beyond that, only the newest seq is kept.
 * - `up` means that a message published by this node has come back to it. Anything published while the broker was
 *   down may be missing, so `onUp` is the time to read the log. A hint lost after that is noticed with the next one.
 * - `down` is reported a few seconds after the last sign of life, and at once when the connection is lost. A broker
 *   that is down is retried forever, with pauses of a few seconds at most.
 */
export interface Broker<Event extends HintedEvent> {
  readonly state: BrokerState;
  /** Connects, and reconnects whenever the connection is lost, until `close`. Call it once. */
  start(listener: BrokerListener<Event>): void;
  /** Publishes a hint that the event is in the log. */
  publish(event: Event): void;
  /** Resolves once nothing keeps the process alive anymore, after a few seconds at most. */
  close(): Promise<void>;
}

export type BrokerState = 'up' | 'down';

/** Must not throw. */
export interface BrokerListener<Event extends HintedEvent> {
  onHint(hint: Hint<Event>): void;
  onUp(): void;
}

/** What another node published. */
export interface Hint<Event extends HintedEvent> {
  /** The newest seq that the hint covers; 0 if it covers none. */
  readonly headSeq: number;
  /** Events that the node appended, ascending. Earlier ones may be missing, and so may the newest. */
  readonly events: readonly Event[];
}

/** How an application's events are written into messages of the topic, and read from them. */
export interface HintFormat<Event extends HintedEvent> {
  /** The event's size in characters, or null if the event is to be read from the log and only its seq is published. */
  readonly sizeOf: (event: Event) => number | null;
  /** `node` identifies the sender, `epoch` the history of the log that the seqs belong to. */
  encode(epoch: string, node: string, hint: Hint<Event>): Buffer;
  /** Reads a message that anyone may have published: a hint with its sender, or the reason to drop it. */
  decode(epoch: string, message: Uint8Array): (Hint<Event> & { readonly node: string }) | DropReason;
}

/** Must not throw. */
export interface BrokerObserver {
  brokerChanged(state: BrokerState): void;
  hintPublished(): void;
  hintReceived(): void;
  hintDropped(reason: DropReason): void;
}

/** Why a message of the topic is not a hint for this node. */
export type DropReason = (typeof dropReasons)[number];

export const dropReasons = ['foreign', 'newer_version', 'other_epoch'] as const;
