import type { Connection, Encoded } from '../../server/handlers.ts';
import { PostedError } from '../../shared/errors.ts';
import type { Position } from '../cursor.ts';
import { isSent, type LogEvent, type SentMessage } from '../event.ts';
import type { ResetReason } from '../tail-listener.ts';
import { UnackedMessages } from './unacked-messages.ts';

/** How a replay ended: it caught up, its events had expired, its client left, or the log could not be read. */
export type ReplayOutcome = 'live' | 'expired' | 'gone' | 'failed';

export interface SubscriberStart {
  /** Everything after it is sent. */
  readonly position: Position;
  /** Why the client cannot resume after its cursor; null if it can. */
  readonly reset: ResetReason | null;
  /** Whether the client resumes after a cursor. */
  readonly resumed: boolean;
}

/** A channel of the contract, as its subscribers see it. The frames are null if a message breaks the contract. */
export interface SubscriberChannel<State> {
  /** Its name in the contract. */
  readonly name: string;
  /** Whether a connection with this state may see a message of the past, by today's memberships. */
  canSee(state: State, message: SentMessage): boolean;
  readonly frames: SubscriberFrames;
}

export interface SubscriberFrames {
  message(message: SentMessage): Encoded | null;
  ready(position: Position, resumed: boolean): Encoded | null;
  checkpoint(position: Position): Encoded | null;
  reset(position: Position, reason: ResetReason): Encoded | null;
  bye(retryAfterMs: number): Encoded | null;
}

/** Where all subscribers read events, and where they report their replays. */
export interface ReplaySource {
  /** Of the last event that was applied. */
  tailPosition(): Position;
  /** The number of successful reads of the log: a position is known to be current if it has grown. */
  readCount(): number;
  /** The events after `seq` if all of them are in memory, otherwise null. */
  recentAfter(seq: number): Iterable<LogEvent> | null;
  /** The position before an event that is in memory. */
  positionBefore(event: LogEvent): Position;
  /** Null if the events after the position were pruned, or belong to another history. */
  readLog(position: Position): Promise<readonly LogEvent[] | null>;
  readonly observer: ReplayObserver;
}

export interface ReplayObserver {
  replayEnded(outcome: ReplayOutcome): void;
  resetSent(reason: ResetReason): void;
}

/** How many messages may be unacknowledged, once a client acknowledges. */
export const windowSize = 256;

/** A fuller socket is left to drain. Far below the limit at which the connection is closed. */
const maxBufferedBytes = 262_144;

/**
 * The server's side of a resumable connection: a cursor over the log. While it is live, it is offered each message.
 * When the window or the socket is full it lags: nothing is queued for it, only its position is kept. Acks and the
 * drained socket resume the replay, from memory or the log, until it has caught up and goes live in the same turn.
 */
export class Subscriber<State> {
  readonly #connection: Connection<unknown, State>;
  readonly #channel: SubscriberChannel<State>;
  readonly #source: ReplaySource;
  #unacked = new UnackedMessages();
  /** The last event that was sent or that the client does not get. Not updated for the latter while live. */
  #seq = 0;
  #mark = 0;
  #isLive = false;
  #isReplaying = false;
  #isEnded = false;
  #lastSentMs = performance.now();
  /** The read count at the last checkpoint. */
  #readCount: number;
  /** What was buffered at the last tick, and since when that has not changed. */
  #bufferedBytes = 0;
  #bufferedSinceMs = performance.now();

  constructor(
    connection: Connection<unknown, State>,
    channel: SubscriberChannel<State>,
    source: ReplaySource,
  ) {
    this.#connection = connection;
    this.#channel = channel;
    this.#source = source;
    this.#readCount = source.readCount();
  }

  get isLagging(): boolean {
    return !this.#isLive;
  }

  get unackedCount(): number {
    return this.#unacked.size;
  }

  /** Sends the first frames, and what the client has missed. */
  start({ position, reset, resumed }: SubscriberStart): void {
    this.#moveTo(position);
    this.#send(this.#channel.frames.ready(position, resumed));
    if (reset !== null) this.#sendReset(reset);
    void this.#replay();
  }

  /**
   * Sends a message of its channel that this subscriber may see, unless it lags. Called in seq order.
   *
   * @param nowMs `performance.now()`, read once for all subscribers
   */
  offer(message: SentMessage, nowMs: number): void {
    if (!this.#isLive || message.seq <= this.#seq) return;
    if (!this.#hasRoom()) {
      this.#isLive = false;
      this.#moveTo(this.#source.positionBefore(message));
      return;
    }
    this.#sendMessage(message, nowMs);
  }

  /**
   * The client has processed everything up to `seq`.
   *
   * @throws PostedError `invalid_request` for a seq that was never sent
   */
  acknowledge(seq: number): void {
    if (seq > this.#position().seq) {
      throw new PostedError('invalid_request', 'this connection never received that cursor');
    }
    this.#unacked.acknowledge(seq);
    void this.#replay();
  }

  /** The socket has taken everything that was buffered. */
  drained(): void {
    void this.#replay();
  }

  /** Called about once a second, with `performance.now()`. */
  tick(nowMs: number, { ackTimeoutMs, checkpointMs }: { ackTimeoutMs: number; checkpointMs: number }): void {
    if (this.#unacked.isOverdue(nowMs - ackTimeoutMs) || this.#isStuck(nowMs, nowMs - ackTimeoutMs)) {
      this.#connection.close('slowConsumer');
    } else if (this.#isLive && nowMs - this.#lastSentMs >= checkpointMs) {
      this.#sendCheckpoint(nowMs);
    }
  }

  /** Continues at the tail: the events before it are no longer available. */
  reset(reason: ResetReason): void {
    this.#moveTo(this.#source.tailPosition());
    this.#unacked = new UnackedMessages();
    this.#sendReset(reason);
    void this.#replay();
  }

  /** Asks the client to reconnect after that time. */
  sendBye(retryAfterMs: number): void {
    this.#send(this.#channel.frames.bye(retryAfterMs));
  }

  /** Sends the client to another server, which it connects to after that time. */
  leave(retryAfterMs: number): void {
    this.sendBye(retryAfterMs);
    this.#connection.close('tryAgainLater');
  }

  end(): void {
    this.#isEnded = true;
    if (!this.#isLive) this.#source.observer.replayEnded('gone');
  }

  /** The client has been sent everything that it may see up to here. */
  #position(): Position {
    const tail = this.#source.tailPosition();
    return this.#isLive && tail.seq > this.#seq ? tail : { seq: this.#seq, mark: this.#mark };
  }

  #moveTo({ seq, mark }: Position): void {
    this.#seq = seq;
    this.#mark = mark;
  }

  /** Nothing is queued while it lags, so the buffer shrinks if the client reads at all. */
  #isStuck(nowMs: number, beforeMs: number): boolean {
    const { bufferedBytes } = this.#connection;
    if (this.#isLive || bufferedBytes === 0 || bufferedBytes !== this.#bufferedBytes) {
      this.#bufferedBytes = bufferedBytes;
      this.#bufferedSinceMs = nowMs;
    }
    return this.#bufferedSinceMs < beforeMs;
  }

  #hasRoom(): boolean {
    return !this.#unacked.isFull(windowSize) && this.#connection.buffersLessThan(maxBufferedBytes);
  }

  async #replay(): Promise<void> {
    if (this.#isLive || this.#isReplaying || this.#isEnded) return;
    this.#isReplaying = true;
    try {
      while (!this.#isEnded && this.#hasRoom()) {
        const recent = this.#source.recentAfter(this.#seq);
        if (recent !== null) {
          if (!this.#sendAll(recent)) return;
          this.#isLive = true;
          this.#source.observer.replayEnded('live');
          return;
        }
        const after = this.#position();
        const events = await this.#source.readLog(after);
        if (this.#isEnded) return;
        // A reset has moved the position meanwhile: these events precede it, or are of a former history.
        if (this.#seq !== after.seq || this.#mark !== after.mark) continue;
        if (events === null || events.length === 0) this.#expire();
        else if (!this.#sendAll(events)) return;
      }
    } catch {
      // The engine has logged the reason. The client reconnects and resumes after its cursor.
      this.#source.observer.replayEnded('failed');
      this.#connection.close('slowConsumer');
    } finally {
      this.#isReplaying = false;
    }
  }

  /** Returns false if there was no room for all of them. */
  #sendAll(events: Iterable<LogEvent>): boolean {
    const tailSeq = this.#source.tailPosition().seq;
    const nowMs = performance.now();
    for (const event of events) {
      // It is not applied yet: the memberships known here may not be those at the event.
      if (event.seq > tailSeq) return true;
      if (!this.#hasRoom()) return false;
      if (this.#canSee(event)) this.#sendMessage(event, nowMs);
      else this.#moveTo(event);
    }
    return true;
  }

  #canSee(event: LogEvent): event is SentMessage {
    if (!isSent(event) || event.channel !== this.#channel.name) return false;
    return this.#channel.canSee(this.#connection.state, event);
  }

  #expire(): void {
    this.#source.observer.replayEnded('expired');
    this.#moveTo(this.#source.tailPosition());
    this.#sendReset('expired');
  }

  /** A position is confirmed only by a read of the log: a node that cannot read it must not claim that nothing is new. */
  #sendCheckpoint(nowMs: number): void {
    const readCount = this.#source.readCount();
    if (readCount === this.#readCount) return;
    this.#readCount = readCount;
    this.#lastSentMs = nowMs;
    this.#send(this.#channel.frames.checkpoint(this.#position()));
  }

  #sendReset(reason: ResetReason): void {
    this.#source.observer.resetSent(reason);
    this.#send(this.#channel.frames.reset(this.#position(), reason));
  }

  #sendMessage(message: SentMessage, nowMs: number): void {
    this.#moveTo(message);
    if (!this.#send(this.#channel.frames.message(message))) return;
    this.#lastSentMs = nowMs;
    this.#unacked.add(message.seq, nowMs);
  }

  #send(encoded: Encoded | null): boolean {
    return encoded !== null && this.#connection.sendEncoded(encoded);
  }
}
